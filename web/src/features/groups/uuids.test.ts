import { expect, test } from 'vitest';
import { MOST, readUuids } from './uuids';

const ONE = '8f14e45f-ceea-4a2b-9c3d-0123456789ab';
const OTHER = 'c9f0f895-fb98-4b91-aaaa-0123456789ab';

test('UUIDs are read from lines, commas and spaces, each once', () => {
  expect(readUuids(` ${ONE}\n${OTHER}, ${ONE.toUpperCase()};\n`)).toEqual({ uuids: [ONE, OTHER] });
  expect(readUuids('  \n')).toEqual({ uuids: [] });
});

test('what is none is named', () => {
  expect(readUuids(`${ONE}\nnot-one`).error).toContain('“not-one” is no UUID');
  expect(readUuids('x'.repeat(10_000)).error).toHaveLength(
    '“…” is no UUID: 32 hexadecimal digits, in groups of 8-4-4-4-12.'.length + 60,
  );
});

test('no more than the API takes are sent', () => {
  const many = Array.from({ length: MOST + 1 }, (_, at) => ONE.slice(0, -4) + String(1000 + at));
  expect(readUuids(many.join('\n')).error).toContain('1001 UUIDs');
});
