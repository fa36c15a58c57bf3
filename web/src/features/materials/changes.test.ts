import { expect, test } from 'vitest';
import { changesBetween } from './changes';

const OLDER = {
  uuid: '1',
  material_id: 'm',
  revision: 1,
  name: 'silica',
  formula: null,
  description: '',
  tags: ['a', 'b'],
  metadata: { kept: 1, gone: 'x', changed: 1 },
  archived: false,
  owner: 'ada@example.org',
  created: '',
};

test('each change is told with what it was and is', () => {
  const newer = { ...OLDER, formula: 'SiO2', tags: ['b', 'c'], metadata: { kept: 1, changed: '1' } };
  expect(changesBetween(OLDER, newer)).toEqual([
    { what: 'formula', before: null, after: 'SiO2' },
    { what: 'tag', before: 'a', after: null },
    { what: 'tag', before: null, after: 'c' },
    { what: 'gone', before: 'x', after: null },
    { what: 'changed', before: '1', after: '"1"' },
  ]);
  expect(changesBetween(OLDER, { ...OLDER, archived: true })).toEqual([
    { what: 'archived', before: 'no', after: 'yes' },
  ]);
  expect(changesBetween(OLDER, { ...OLDER, tags: ['b', 'a'] })).toHaveLength(1);
});
