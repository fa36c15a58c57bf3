import { syntaxTree } from '@codemirror/language';
import type { EditorState } from '@codemirror/state';

/** JSON as it stands in the editor: read by its syntax, because while one writes it is seldom whole. */
export type SyntaxNode = ReturnType<typeof syntaxTree>['topNode'];
export type Path = (string | number)[];

export function rootOf(state: EditorState): SyntaxNode | null {
  return syntaxTree(state).topNode.firstChild;
}

/** The text of a string or key, without its quotes. */
export function textOf(state: EditorState, node: SyntaxNode | null): string {
  if (!node) return '';
  const written = state.sliceDoc(node.from, node.to);
  try {
    const value: unknown = JSON.parse(written);
    return typeof value === 'string' ? value : written;
  } catch {
    return written.replace(/^"|"$/g, '');
  }
}

const VALUES = ['Object', 'Array', 'String', 'Number', 'True', 'False', 'Null'];

export function keyOf(property: SyntaxNode): SyntaxNode | null {
  return property.getChild('PropertyName');
}

export function valueOf(property: SyntaxNode): SyntaxNode | null {
  return childrenOf(property).find((child) => VALUES.includes(child.name)) ?? null;
}

export function childrenOf(node: SyntaxNode): SyntaxNode[] {
  const found: SyntaxNode[] = [];
  for (let child = node.firstChild; child; child = child.nextSibling) found.push(child);
  return found;
}

/** The elements of an array. */
export function elementsOf(node: SyntaxNode | null): SyntaxNode[] {
  return node?.name === 'Array' ? childrenOf(node).filter((child) => VALUES.includes(child.name)) : [];
}

/** The property of an object by its key. */
export function propertyOf(state: EditorState, node: SyntaxNode | null, key: string): SyntaxNode | null {
  if (node?.name !== 'Object') return null;
  return node.getChildren('Property').find((one) => textOf(state, keyOf(one)) === key) ?? null;
}

/** What a path leads to. */
export function at(state: EditorState, path: Path): SyntaxNode | null {
  let node = rootOf(state);
  for (const part of path) {
    const property = typeof part === 'string' ? propertyOf(state, node, part) : null;
    node = typeof part === 'number' ? (elementsOf(node)[part] ?? null) : property && valueOf(property);
  }
  return node;
}

/** Where a node of the syntax is in the document: the path to its value. */
export function pathOf(state: EditorState, node: SyntaxNode): Path {
  const path: Path = [];
  let one = node;
  while (one.parent) {
    const { name, from, parent } = one;
    if (name === 'Property') path.unshift(textOf(state, keyOf(one)));
    else if (parent.name === 'Array') path.unshift(elementsOf(parent).filter(({ to }) => to <= from).length);
    one = parent;
  }
  return path;
}
