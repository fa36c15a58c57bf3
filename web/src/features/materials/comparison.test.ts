import { expect, test } from 'vitest';
import { compare, nameOf, type Result, valueOf } from './comparison';

function result(job: string, engine: string, workflow: string, energy: number): Result {
  const quantities = [{ name: 'energy', value: energy, unit: 'eV', uncertainty: null }];
  return {
    job,
    engine,
    workflow,
    quantities,
    created: '',
    structure: 's',
    formula: 'Cu',
    number_of_atoms: 1,
  };
}

test('each engine has its newest value in the line of the quantity', () => {
  const { engines, parts } = compare([
    result('3', 'qe', 'nanoos.relax', -3),
    result('2', 'mock', 'nanoos.relax', -2),
    result('1', 'mock', 'nanoos.relax', -1),
    result('0', 'mock', 'nanoos.eos', 0),
  ]);
  expect(engines).toEqual(['mock', 'qe']);
  expect(parts.map((part) => part.workflow)).toEqual(['nanoos.eos', 'nanoos.relax']);
  const cells = parts[1]?.lines[0]?.cells;
  expect(cells?.get('mock')?.result.job).toBe('2');
  expect(cells?.get('qe')?.quantity.value).toBe(-3);
});

test('names and values are for people', () => {
  expect(nameOf('bulk_modulus.voigt')).toBe('Bulk modulus, Voigt');
  const values = [-1234.56789, true, 'fcc', [[1, 2, 3]], [1]].map((value) =>
    valueOf({ value, uncertainty: null }),
  );
  expect(values).toEqual(['−1234.57', 'yes', 'fcc', '1 × 3 values', '1 values']);
  expect(valueOf({ value: 300.83, uncertainty: 1.2 })).toBe('300.8 ± 1.2');
});
