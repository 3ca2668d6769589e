import * as vscode from 'vscode';
import { commandLink } from '../commandLink';

/** A heading, a line in small, and facts below each other; facts that are not known are left out. */
export function factsTable(
  title: string,
  subtitle: string | undefined,
  facts: readonly (readonly [name: string, value: string | undefined])[],
): vscode.MarkdownString {
  const text = new vscode.MarkdownString(undefined, true);
  text.appendMarkdown('**').appendText(title).appendMarkdown('**\n\n');
  if (subtitle) text.appendText(subtitle).appendMarkdown('\n\n');
  const known = facts.filter(([, value]) => value);
  if (known.length > 0) text.appendMarkdown('| | |\n|:--|:--|\n');
  for (const [name, value] of known) {
    text.appendMarkdown('| ').appendText(name).appendMarkdown(' | ');
    text.appendMarkdown(cell(value!)).appendMarkdown(' |\n');
  }
  return text;
}

/** What can be done, as links below; only these commands can be run from there. */
export function withCommands(
  text: vscode.MarkdownString,
  commands: readonly (readonly [command: string, title: string, argument: unknown])[],
): vscode.MarkdownString {
  text.isTrusted = { enabledCommands: commands.map(([command]) => command) };
  const links = commands.map(([command, title, argument]) => commandLink(title, command, argument));
  text.appendMarkdown(`\n\n${links.join(' · ')}`);
  return text;
}

/** Text that stays what it is in a cell of a Markdown table. */
function cell(text: string): string {
  return text.replaceAll(/[\\`*_{}[\]()#+\-.!|<>~$&]/g, '\\$&').replaceAll(/\s*\r?\n\s*/g, ' ');
}
