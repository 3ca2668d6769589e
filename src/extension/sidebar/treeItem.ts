import * as vscode from 'vscode';
import { appearance, tooltip } from './appearance';
import type { SidebarNode } from './sidebarTree';

/** A line of the sidebar; its tooltip is made when it is asked for. */
export function treeItem(node: SidebarNode): vscode.TreeItem {
  const { label, description, icon, color, context } = appearance(node);
  const item = new vscode.TreeItem(label);
  item.description = description;
  item.iconPath = new vscode.ThemeIcon(icon, color ? new vscode.ThemeColor(color) : undefined);
  item.contextValue = context;
  return item;
}

/** Fills the tooltip in, as VS Code asks when the pointer rests on a line. */
export function withTooltip(item: vscode.TreeItem, node: SidebarNode): vscode.TreeItem {
  item.tooltip = tooltip(node);
  return item;
}
