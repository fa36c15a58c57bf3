import { expect, test } from 'vitest';
import { stateOf, type Token } from './tokens';

const TOKEN: Token = {
  id: 'a',
  name: 'script',
  scopes: ['read'],
  group: null,
  created: 100,
  expires: null,
  revoked: null,
};

test('a token is valid until it expires or is revoked', () => {
  expect(stateOf(TOKEN, 10_000_000)).toBe('valid');
  expect(stateOf({ ...TOKEN, expires: 200 }, 199_999)).toBe('valid');
  expect(stateOf({ ...TOKEN, expires: 200 }, 200_000)).toBe('expired');
  expect(stateOf({ ...TOKEN, expires: 200, revoked: 150 }, 300_000)).toBe('revoked');
});
