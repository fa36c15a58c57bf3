import { expect, test } from 'vitest';
import { activeFilters, filtersOf, NO_FILTERS, queryOf } from './filters';

test('an address says what the filters are, and they say the address', () => {
  const query = {
    text: 'a b',
    tag: ['x', 'y'],
    elements: 'Si,O',
    elements_match: 'only' as const,
    mine: true,
    sort: 'name' as const,
  };
  expect(queryOf(filtersOf({ ...query, mine: 'true' }))).toEqual(query);
  expect(filtersOf({})).toEqual(NO_FILTERS);
  expect(queryOf(filtersOf({ tag: 'x', sort: 'nonsense', mine: 'perhaps' }))).toEqual({ tag: ['x'] });
});

test('each active filter can be loosened by itself', () => {
  const filters = { ...NO_FILTERS, text: ' ', tag: ['a', 'b'], elements: ['Si'] };
  const found = activeFilters(filters);
  expect(found.map((one) => one.label)).toEqual(['With Si', 'Tag a', 'Tag b']);
  expect(found[1]?.without).toEqual({ ...filters, tag: ['b'] });
});
