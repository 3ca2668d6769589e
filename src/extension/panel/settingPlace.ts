import { findNodeAtLocation, parseTree } from 'jsonc-parser';

/**
 * Where a setting such as `training.learningRate` stands in a task file's text, from 1; where it is left out, the nearest
 * one around it that is written.
 */
export function settingPlace(text: string, setting: string): { line: number; column: number } {
  const tree = parseTree(text);
  const path = setting.split('.');
  for (let length = path.length; tree && length > 0; length--) {
    const node = findNodeAtLocation(tree, path.slice(0, length));
    if (!node) continue;
    const before = text.slice(0, node.offset).split('\n');
    return { line: before.length, column: before.at(-1)!.length + 1 };
  }
  return { line: 1, column: 1 };
}
