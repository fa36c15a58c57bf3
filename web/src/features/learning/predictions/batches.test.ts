import { expect, test } from 'vitest';
import { givenOf, type Given } from './useFiles';
import { batchesOf } from './usePredictions';

const GIVEN = (name: string): Given => ({ name, symbols: ['Cu'], positions: [[0, 0, 0]], cell: [] });

test('batches hold each structure once, those of the graph first', () => {
  const asked = { model: 'm', structures: ['a', 'b', 'c'], given: [GIVEN('d'), GIVEN('e'), GIVEN('f')] };
  const batches = batchesOf(asked, 2);
  expect(batches.map((one) => [...one.structures, ...one.given.map((each) => each.name)])).toEqual([
    ['a', 'b'],
    ['c', 'd'],
    ['e', 'f'],
  ]);
  expect(batchesOf({ ...asked, structures: [] }, 5)).toEqual([
    { model: 'm', structures: [], given: asked.given, store: false },
  ]);
  expect(batchesOf({ model: 'm', structures: [], given: [] }, 5)).toEqual([]);
});

test('only crystals are predicted', () => {
  const parsed = { symbols: ['Cu'], positions: [[0, 0, 0]], cell: [[1]], pbc: [true, true, true] };
  const read = parsed as unknown as Parameters<typeof givenOf>[1];
  expect(givenOf('Cu.cif', read)).toEqual({
    name: 'Cu.cif',
    symbols: ['Cu'],
    positions: [[0, 0, 0]],
    cell: [[1]],
  });
  expect(() => givenOf('slab', { ...read, pbc: [true, true, false] })).toThrow('not periodic');
});
