import { json } from '@codemirror/lang-json';
import { ensureSyntaxTree } from '@codemirror/language';
import { EditorState } from '@codemirror/state';
import { expect, test } from 'vitest';
import { suggestions, withWord } from './meant';
import { placeOf } from './place';

function marked(document: object, message: string): string {
  const state = EditorState.create({ doc: JSON.stringify(document), extensions: json() });
  ensureSyntaxTree(state, state.doc.length);
  const { from, to } = placeOf(message, state);
  return state.sliceDoc(from, to);
}

const QUERY = {
  vertices: [
    { type: 'core.structur', tag: 's', filters: { or: [{ ctime: { '>': 'x' } }], label: { '=': 1 } } },
    { type: 'node', tag: 'n', with_incoming: 't', project: ['uid'] },
  ],
  order_by: [{ s: { ctme: 'asc' } }],
};

test.each([
  ["vertices[0]: type: there is no type 'core.structur'; did you mean 'core.structure'?", '"core.structur"'],
  ["vertices[0]: filters: ctime >: expected a time, got 'x'", '"x"'],
  ["vertices[0]: filters: label: there is no operator '='; there are ==, in", '"="'],
  ["vertices[1]: with_incoming: there is no tag 't'; did you mean 's'?", '"t"'],
  ["vertices[1]: project: there is no column of a node 'uid'; did you mean 'uuid'?", '"uid"'],
  ["order_by: there is no column of a node 'ctme'; did you mean 'ctime'?", '"ctme"'],
])('%s', (message, place) => {
  expect(marked(QUERY, message)).toBe(place);
});

test("the place in a QueryBuilder's dictionary is by tag", () => {
  const builder = {
    path: [{ entity_type: 'data.core.dict.Dic.', tag: 'd' }],
    filters: { d: { labl: 'x' } },
  };
  expect(marked(builder, "vertices[0]: filters: there is no column of a node 'labl'; …")).toBe('"labl"');
  expect(marked(builder, "vertices[0]: type: there is no type 'data.core.dict.Dic.'")).toBe(
    '"data.core.dict.Dic."',
  );
});

test('what was meant takes the place of what was got', () => {
  const message =
    "vertices[0]: type: there is no type 'core.structur'; did you mean 'core.structure' or 'core.str'?";
  expect(suggestions(message)).toEqual(['core.structure', 'core.str']);
  expect(withWord('{"type": "core.structur"}', message, 'core.structure')).toBe('{"type": "core.structure"}');
});
