import { expect, test } from 'vitest';
import { readNpy, rowsOf } from './npy';

function npy(header: string, data: ArrayBuffer): Uint8Array<ArrayBuffer> {
  const text = new TextEncoder().encode(`${header}\n`);
  const bytes = new Uint8Array(10 + text.length + data.byteLength);
  bytes.set([0x93, ...new TextEncoder().encode('NUMPY'), 1, 0]);
  new DataView(bytes.buffer).setUint16(8, text.length, true);
  bytes.set(text, 10);
  bytes.set(new Uint8Array(data), 10 + text.length);
  return bytes;
}

test('numbers are read row by row', () => {
  const header = "{'descr': '<f8', 'fortran_order': False, 'shape': (2, 3), }";
  const found = readNpy(npy(header, new Float64Array([1, 2.5, -3e-9, 4, 5, 6]).buffer));
  expect(found).toEqual({ shape: [2, 3], values: [1, 2.5, -3e-9, 4, 5, 6] });
  expect(rowsOf(found)).toEqual([
    [1, 2.5, -3e-9],
    [4, 5, 6],
  ]);
});

test('arrays in columns, as AiiDA stores some, are read row by row too', () => {
  const header = "{'descr': '<f8', 'fortran_order': True, 'shape': (2, 3), }";
  const found = readNpy(npy(header, new Float64Array([1, 4, 2, 5, 3, 6]).buffer));
  expect(found.values).toEqual([1, 2, 3, 4, 5, 6]);
});

test('whole numbers and single values are numbers too', () => {
  const header = "{'descr': '<i8', 'fortran_order': False, 'shape': (), }";
  expect(readNpy(npy(header, new BigInt64Array([-7n]).buffer))).toEqual({ shape: [], values: [-7] });
});

test('what is no array of numbers is refused', () => {
  const header = "{'descr': '<U2', 'fortran_order': False, 'shape': (2,), }";
  expect(() => readNpy(npy(header, new ArrayBuffer(16)))).toThrow('got <U2');
  expect(() => readNpy(new TextEncoder().encode('x'.repeat(40)))).toThrow('something else');
});
