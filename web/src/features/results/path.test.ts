import { expect, test } from 'vitest';
import { energyAt } from './birchMurnaghan';
import { pathOf } from './path';

test('a path has lengths, and jumps have none', () => {
  const cell = [
    [2 * Math.PI, 0, 0],
    [0, 2 * Math.PI, 0],
    [0, 0, 2 * Math.PI],
  ];
  const points = [
    [0, 0, 0],
    [0.5, 0, 0],
    [0, 0.5, 0],
    [0, 0, 0],
  ];
  const path = pathOf(points, cell, [
    [0, 'GAMMA'],
    [1, 'X'],
    [2, 'Y_1'],
    [3, 'GAMMA'],
  ]);
  expect(path.breaks).toEqual([1, 2, 3]);
  const joined = pathOf(points, cell, [
    [0, 'GAMMA'],
    [3, 'GAMMA'],
  ]);
  expect(joined.x.map((value) => Number(value.toFixed(6)))).toEqual([0, 0.5, 1.207107, 1.707107]);
  expect(path.ticks.map((tick) => tick.label)).toEqual(['Γ|X|Y1|Γ']);
});

test('the energy is least at its volume and curved as the bulk modulus says', () => {
  const eos = { volume_A3: 11.8, energy_eV: -3.5, bulk_modulus_GPa: 140, bulk_modulus_derivative: 5 };
  expect(energyAt(eos, 11.8)).toBe(-3.5);
  const step = 1e-3;
  const curvature = (energyAt(eos, 11.8 + step) + energyAt(eos, 11.8 - step) + 7) / step ** 2;
  expect(curvature * 11.8 * 160.21766208).toBeCloseTo(140, 1);
});
