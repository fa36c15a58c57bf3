import { expect, test } from 'vitest';
import { firstValues, given, helpOf, labelOf, plain, type Schema, wrongFields } from './schema';

const SCHEMA: Schema = {
  required: ['n'],
  properties: {
    n: { type: 'integer', examples: [8], minimum: 1, maximum: 100, description: 'first chiral index' },
    bond: { type: 'number', default: 1.42, exclusiveMinimum: 0.5, exclusiveMaximum: 5, unit: 'Å' },
    crystal: { anyOf: [{ enum: ['fcc', 'bcc'], type: 'string' }, { type: 'null' }], default: null },
  },
};

test('a form begins with defaults and examples, and sends what was filled in', () => {
  expect(firstValues(SCHEMA)).toEqual({ n: 8, bond: 1.42, crystal: null });
  expect(given({ n: 8, bond: 1.42, crystal: null })).toEqual({ n: 8, bond: 1.42 });
});

test('what may be left out is told apart', () => {
  expect(plain(SCHEMA.properties.crystal ?? {})).toMatchObject({ enum: ['fcc', 'bcc'], isOptional: true });
  expect(plain(SCHEMA.properties.n ?? {})).toMatchObject({ type: 'integer', isOptional: false });
});

test('labels and help are for people', () => {
  expect([labelOf('surface_energies'), labelOf('n')]).toEqual(['Surface energies', 'n']);
  expect(helpOf(SCHEMA.properties.n ?? {})).toBe('First chiral index (from 1 to 100)');
});

test('what is wrong stands at its parameter, the rest apart', () => {
  const detail = 'bond: Input should be greater than 0.5, got 0.1; n + m: too narrow';
  expect(wrongFields(detail, SCHEMA)).toEqual({
    bond: 'Input should be greater than 0.5, got 0.1',
    '': 'n + m: too narrow',
  });
  expect(wrongFields('no bulk Zz as asked for: unknown', SCHEMA)).toEqual({
    '': 'no bulk Zz as asked for: unknown',
  });
});
