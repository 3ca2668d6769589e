/** Texts by their beginnings, in UTF-16 units; `id` where a text ends. */
export interface TreeNode {
  id?: number;
  children?: Map<number, TreeNode>;
}

export function prefixTree(texts: Iterable<readonly [string, number]>): TreeNode {
  const root: TreeNode = {};
  for (const [text, id] of texts) {
    if (text === '') continue;
    let node = root;
    for (let at = 0; at < text.length; at++) {
      const unit = text.charCodeAt(at);
      node.children ??= new Map();
      let child = node.children.get(unit);
      if (!child) {
        child = {};
        node.children.set(unit, child);
      }
      node = child;
    }
    node.id = id;
  }
  return root;
}

/** The longest text of the tree that stands at this place. */
export function longestAt(
  tree: TreeNode,
  text: string,
  start: number,
): { id: number; end: number } | undefined {
  let found: { id: number; end: number } | undefined;
  let node: TreeNode | undefined = tree;
  for (let end = start; end < text.length; ) {
    node = node.children?.get(text.charCodeAt(end++));
    if (!node) break;
    if (node.id !== undefined) found = { id: node.id, end };
  }
  return found;
}
