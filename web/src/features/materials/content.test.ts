import { expect, test } from 'vitest';
import { conflicts, differences, merge, NOTHING } from './content';

const BASE = { ...NOTHING, name: 'silica', tags: ['oxide'], metadata: { a: 1, b: 2 } };

test('the order of keys is no difference, that of tags is', () => {
  expect(differences(BASE, { ...BASE, metadata: { b: 2, a: 1 } })).toEqual([]);
  expect(differences({ ...BASE, tags: ['a', 'b'] }, { ...BASE, tags: ['b', 'a'] })).toEqual(['tags']);
});

test('what both changed stays mine and is a conflict, the rest is of whoever changed it', () => {
  const mine = { ...BASE, name: 'quartz', description: 'mine', formula: 'SiO2' };
  const theirs = { ...BASE, name: 'glass', tags: ['oxide', 'new'], formula: 'SiO2' };
  expect(merge(BASE, mine, theirs)).toEqual({ ...mine, tags: ['oxide', 'new'] });
  expect(conflicts(BASE, mine, theirs)).toEqual(['name']);
});
