import { expect, test } from 'vitest';
import { linesOf, metadataOf, wrongWith } from './metadata';

test('metadata is the same after it was a form', () => {
  const metadata = {
    a: 5,
    b: '5',
    c: 'hello',
    d: '"quoted"',
    e: { deep: [1, null] },
    f: '',
    g: true,
    h: 'true',
  };
  expect(metadataOf(linesOf(metadata))).toEqual(metadata);
  expect(linesOf({ purity: 99.9 })).toEqual([{ key: 'purity', value: '99.9' }]);
});

test('lines that would be lost are wrong', () => {
  expect(
    wrongWith([
      { key: 'a', value: '1' },
      { key: ' a', value: '2' },
    ]),
  ).toContain('twice');
  expect(wrongWith([{ key: '', value: '1' }])).toContain('no name');
  expect(wrongWith([{ key: '', value: '' }])).toBeUndefined();
});
