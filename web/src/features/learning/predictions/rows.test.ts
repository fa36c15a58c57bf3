import { expect, test } from 'vitest';
import { csvOf, messagesOf, rangeOf, type Row, sorted } from './rows';

const NOTHING = { structure: null, name: null, messages: [], error: null };
const ROWS: Row[] = [
  { ...NOTHING, at: 0, name: 'a', mean: 5, uncertainty: 1, low: 3, high: 7, outside: false },
  {
    ...NOTHING,
    at: 1,
    mean: null,
    uncertainty: null,
    low: null,
    high: null,
    outside: null,
    error: 'no cell',
  },
  {
    ...NOTHING,
    at: 2,
    mean: -2,
    uncertainty: 3,
    low: -8,
    high: 4,
    outside: true,
    messages: ['U is new', 'far'],
  },
  { ...NOTHING, at: 3, mean: 5, uncertainty: 0.5, low: 4, high: 6, outside: false, messages: ['far', 'far'] },
];

const order = (rows: Row[]) => rows.map((row) => row.at);

test('rows are sorted by value and uncertainty, ties as they were given, errors last', () => {
  expect(order(sorted(ROWS, 'value', true))).toEqual([0, 3, 2, 1]);
  expect(order(sorted(ROWS, 'value', false))).toEqual([2, 0, 3, 1]);
  expect(order(sorted(ROWS, 'uncertainty', false))).toEqual([3, 0, 2, 1]);
  expect(order(sorted(ROWS, 'given', true))).toEqual([3, 2, 1, 0]);
  expect(order(ROWS)).toEqual([0, 1, 2, 3]);
});

test('the range holds all intervals', () => {
  expect(rangeOf(ROWS)).toEqual([-8, 7]);
  expect(rangeOf(ROWS.slice(1, 2))).toBeUndefined();
});

test('each message is counted once a structure', () => {
  expect(messagesOf(ROWS)).toEqual([
    { text: 'far', count: 2 },
    { text: 'U is new', count: 1 },
  ]);
});

test('a file has units, errors, and nothing that a spreadsheet runs', () => {
  const csv = csvOf([{ ...(ROWS[2] as Row), name: '=1+1, "x"' }, ROWS[1] as Row], 'K', 'GPa');
  expect(csv.split('\r\n')).toEqual([
    'name,structure,K [GPa],standard deviation [GPa],lower [GPa],upper [GPa],outside the domain,messages,error',
    `"'=1+1, ""x""",,-2,3,-8,4,yes,U is new; far,`,
    ',,,,,,,,no cell',
    '',
  ]);
});
