import type { Completion, CompletionContext, CompletionResult } from '@codemirror/autocomplete';
import { syntaxTree } from '@codemirror/language';
import type { EditorState } from '@codemirror/state';
import { at, elementsOf, pathOf, propertyOf, textOf, valueOf } from './document';
import { type Vertex, type Vocabulary, wordsAt } from './words';

/** What may be written at the cursor. */
export function completions(context: CompletionContext, known: Vocabulary): CompletionResult | null {
  const { state, pos } = context;
  const node = syntaxTree(state).resolveInner(pos, -1);
  const isInside = node.name === 'String' || node.name === 'PropertyName';
  if (!isInside && !context.explicit) return null;
  const isKey = node.name === 'PropertyName' || node.name === 'Object';
  // The path to a key is that of its object.
  const path = pathOf(state, node.name === 'PropertyName' ? (node.parent?.parent ?? node) : node);
  if (node.name === 'Array') path.push(elementsOf(node).filter((one) => one.to <= pos).length);
  const found = wordsAt(path, isKey, verticesOf(state), known);
  if (found.length === 0) return null;
  const behind = isKey && !/^\s*:/.test(state.sliceDoc(isInside ? node.to : pos)) ? ': ' : '';
  const options = found.map(({ label, detail }): Completion => {
    const quoted = label === 'true' || label === 'false' ? label : JSON.stringify(label);
    return { label, detail, type: isKey ? 'property' : 'constant', apply: `${quoted}${behind}` };
  });
  // Without its quote, so that what is typed is looked for among the words.
  const from = isInside ? node.from + 1 : pos;
  return { from, to: isInside ? node.to - 1 : pos, options: isInside ? unquoted(options, node) : options };
}

function unquoted(options: Completion[], node: { from: number; to: number }): Completion[] {
  return options.map((one) => ({
    ...one,
    apply: (view) => {
      const text = String(one.apply);
      view.dispatch({
        changes: { from: node.from, to: view.state.selection.main.head + 1, insert: text },
        selection: { anchor: node.from + text.length },
      });
    },
  }));
}

function verticesOf(state: EditorState): Vertex[] {
  return elementsOf(at(state, ['vertices'])).map((one, index) => {
    const own = (key: string) => {
      const property = propertyOf(state, one, key);
      return property && valueOf(property)?.name === 'String' ? textOf(state, valueOf(property)) : '';
    };
    return { type: own('type'), tag: own('tag') || `node_${index + 1}` };
  });
}
