import { expect, test } from 'vitest';
import { asCsv } from './csv';
import type { Row } from './rows';

test('what has commas, quotes or lines is quoted, and what is missing is empty', () => {
  const rows: Row[] = [
    { node: { label: 'a, "b"\nc', energy: -1.5 } },
    { node: { label: 'مادة', energy: null }, group: { label: [1, { x: 2 }] } },
  ];
  expect(asCsv(rows)).toBe(
    'node.label,node.energy,group.label\r\n"a, ""b""\nc",-1.5,\r\nمادة,,"[1,{""x"":2}]"\r\n',
  );
});

test('no text becomes a formula', () => {
  expect(asCsv([{ n: { a: '=1+1', b: '-x', c: -1, d: 'a=b' } }])).toBe(
    "n.a,n.b,n.c,n.d\r\n'=1+1,'-x,-1,a=b\r\n",
  );
});
