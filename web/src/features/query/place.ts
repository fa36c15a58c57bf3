import { ensureSyntaxTree } from '@codemirror/language';
import type { EditorState } from '@codemirror/state';
import { at, elementsOf, keyOf, propertyOf, rootOf, textOf, valueOf, type SyntaxNode } from './document';
import { gotIn } from './meant';

/** [ms] */
const READING = 200;
export type Range = { from: number; to: number };

/** The first place that is no JSON, null when all is. */
export function brokenAt(state: EditorState): Range | null {
  let found: Range | null = null;
  // What has not been read yet would look as if it ended too early.
  ensureSyntaxTree(state, state.doc.length, READING)?.iterate({
    enter: (node) => {
      if (node.type.isError) found ??= { from: node.from, to: Math.max(node.to, node.from + 1) };
    },
  });
  return found;
}

/**
 * The place in a query that an error of the API is about.
 *
 * A message begins with its place, `vertices[0]: filters: ctime >: expected a time, …`, and quotes what was got.
 */
export function placeOf(message: string, state: EditorState): Range {
  const parts = message.split(': ');
  let node = rootOf(state);
  let property: SyntaxNode | null = null;
  for (const [number, part] of inBuilder(parts.slice(0, -1), state).entries()) {
    const [, name = '', index] = /^([^\s[]+)(?:\[(\d+)\])?/.exec(part) ?? [];
    const found: SyntaxNode | null =
      propertyOf(state, node, name) ?? (number > 0 ? deep(state, node, name) : null);
    if (found === null) break;
    property = found;
    node = valueOf(found);
    const element = index === undefined ? null : elementsOf(node)[Number(index)];
    if (element) [node, property] = [element, null];
  }
  const got = gotIn(message);
  const narrow = got === undefined ? null : textIn(state, property ?? node, got);
  const chosen = narrow ?? (property && (valueOf(property) ?? keyOf(property))) ?? node;
  return chosen ? { from: chosen.from, to: chosen.to } : { from: 0, to: state.doc.length };
}

/** The same place in a QueryBuilder's dictionary, which has filters and projections by tag. */
function inBuilder(parts: string[], state: EditorState): string[] {
  const path = at(state, ['path']);
  const index = /^vertices\[(\d+)\]$/.exec(parts[0] ?? '')?.[1];
  if (path === null || index === undefined) return parts;
  const tag = propertyOf(state, elementsOf(path)[Number(index)] ?? null, 'tag');
  if (parts[1] === 'filters' || parts[1] === 'project')
    return [parts[1], tag ? textOf(state, valueOf(tag)) : '', ...parts.slice(2)];
  return [`path[${index}]`, ...parts.slice(1).map((part) => (part === 'type' ? 'entity_type' : part))];
}

/** The first property with this name, however deep. */
function deep(state: EditorState, inside: SyntaxNode | null, name: string): SyntaxNode | null {
  let found: SyntaxNode | null = null;
  inside?.cursor().iterate(({ node }) => {
    if (node.name === 'Property' && textOf(state, keyOf(node)) === name) found ??= node;
  });
  return found;
}

/** The first key or string that is this text. */
function textIn(state: EditorState, inside: SyntaxNode | null, text: string): SyntaxNode | null {
  let found: SyntaxNode | null = null;
  inside?.cursor().iterate(({ node }) => {
    if ((node.name === 'String' || node.name === 'PropertyName') && textOf(state, node) === text)
      found ??= node;
  });
  return found;
}
