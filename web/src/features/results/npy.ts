/** Arrays in NumPy's file format (NEP 1), in which AiiDA stores them. */

export type NumberArray = { shape: number[]; values: number[] };

const READERS: Record<string, { bytes: number; read: (view: DataView, at: number) => number }> = {
  '<f8': { bytes: 8, read: (view, at) => view.getFloat64(at, true) },
  '<f4': { bytes: 4, read: (view, at) => view.getFloat32(at, true) },
  '<i8': { bytes: 8, read: (view, at) => Number(view.getBigInt64(at, true)) },
  '<i4': { bytes: 4, read: (view, at) => view.getInt32(at, true) },
  '|b1': { bytes: 1, read: (view, at) => view.getUint8(at) },
};

/** Read the content of a `.npy` file; numbers only, the last axis runs fastest. */
export function readNpy(bytes: Uint8Array<ArrayBuffer>): NumberArray {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 12 || bytes[0] !== 0x93 || new TextDecoder().decode(bytes.slice(1, 6)) !== 'NUMPY') {
    throw new Error('expected a file in NumPy’s format, got something else: download it to see what it is');
  }
  const begin = bytes[6] === 1 ? 10 : 12;
  const length = begin === 10 ? view.getUint16(8, true) : view.getUint32(8, true);
  const header = new TextDecoder('latin1').decode(bytes.slice(begin, begin + length));
  const type = /'descr': '([^']+)'/.exec(header)?.[1] ?? '';
  const reader = READERS[type];
  if (reader === undefined) {
    throw new Error(`expected an array of real numbers, got ${type || header.slice(0, 80)}`);
  }
  const shape = (/'shape': \(([^)]*)\)/.exec(header)?.[1] ?? '').split(',').map(Number).filter(Boolean);
  const count = shape.reduce((product, one) => product * one, 1);
  const values = Array.from({ length: count }, (_, at) =>
    reader.read(view, begin + length + at * reader.bytes),
  );
  return { shape, values: header.includes("'fortran_order': True") ? inRows(shape, values) : values };
}

/** Values of which the first axis runs fastest, with the last one fastest. */
function inRows(shape: number[], values: number[]): number[] {
  const steps = shape.map((_, axis) => shape.slice(0, axis).reduce((product, one) => product * one, 1));
  return values.map((_, at) => {
    let rest = at;
    let place = 0;
    for (let axis = shape.length - 1; axis >= 0; axis -= 1) {
      const size = shape[axis] ?? 1;
      place += (rest % size) * (steps[axis] ?? 1);
      rest = Math.floor(rest / size);
    }
    return values[place] ?? NaN;
  });
}

/** The rows of a matrix; of more axes than two, all but the first are one. */
export function rowsOf({ shape, values }: NumberArray): number[][] {
  const [rows = 0] = shape;
  const width = rows === 0 ? 0 : values.length / rows;
  return Array.from({ length: rows }, (_, row) => values.slice(row * width, (row + 1) * width));
}
