import { expect, test } from 'vitest';
import { factsOf, format, nameAndUnit, quantitiesOf, withUncertainty } from './quantity';

test('a name says its unit', () => {
  expect(nameAndUnit('bulk_modulus_GPa')).toEqual({ name: 'bulk modulus', unit: 'GPa' });
  expect(nameAndUnit('a0_A')).toEqual({ name: 'a₀ of the cubic cell', unit: 'Å' });
  expect(nameAndUnit('zero_point_energy_eV_per_atom')).toEqual({
    name: 'zero point energy',
    unit: 'eV/atom',
  });
  expect(nameAndUnit('bulk_modulus_derivative')).toEqual({ name: 'bulk modulus derivative', unit: '' });
});

test('all numbers of results are found, with units and uncertainties', () => {
  const found = quantitiesOf({
    energy: { value: -3.5, unit: 'eV' },
    temperature: { value: 300, unit: 'K', uncertainty: 2, converged: false },
    quantities: { fermi_energy: { value: 6.1, unit: 'eV', uncertainty: null } },
    n_atoms: 4,
    label: 'LAMMPS',
  });
  expect(found.map(({ name, value, unit, uncertainty }) => [name, value, unit, uncertainty])).toEqual([
    ['energy', -3.5, 'eV', undefined],
    ['temperature', 300, 'K', 2],
    ['fermi energy', 6.1, 'eV', undefined],
    ['atoms', 4, '', undefined],
  ]);
  expect(found[1]?.note).toBe('uncertainty not converged');
  expect(factsOf({ converged: true, warnings: [], label: 'LAMMPS' })).toEqual([
    { name: 'converged', text: 'yes', unit: '' },
    { name: 'label', text: 'LAMMPS', unit: '' },
  ]);
});

test('numbers have the digits that one reads', () => {
  expect(format(-3.540000001)).toBe('−3.54');
  expect(format(2e-10)).toBe('2.000 × 10⁻¹⁰');
  expect(format(12345)).toBe('12345');
  expect(withUncertainty(300.8321, 1.234)).toBe('300.8 ± 1.2');
  expect(withUncertainty(-3.54, undefined)).toBe('−3.54');
  expect(withUncertainty(1.23e-9, 3e-11)).toBe('(1.230 ± 0.030) × 10⁻⁹');
});
