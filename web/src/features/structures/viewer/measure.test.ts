import { expect, test } from 'vitest';
import type { Vector } from '../structure';
import { nearest, norm, shapeOf } from './geometry';
import { measured, picked } from './measure';

const A = 5.431;
const SILICON = {
  cell: [
    [0, A / 2, A / 2],
    [A / 2, 0, A / 2],
    [A / 2, A / 2, 0],
  ] as [Vector, Vector, Vector],
  pbc: [true, true, true] as [boolean, boolean, boolean],
};

test('nearest neighbours of silicon are 2.352 Å apart, whichever of their images were picked', () => {
  const origin = { site: 0, position: [0, 0, 0] as Vector };
  for (const [shift, isOther] of [
    [0, false],
    [A, true],
  ] as const) {
    const second = { site: 1, position: [A / 4 + shift, A / 4, A / 4] as Vector };
    const found = measured([origin, second], SILICON);
    expect(found?.value).toBeCloseTo((A * Math.sqrt(3)) / 4, 6);
    expect(found?.asDrawn !== null).toBe(isOther);
  }
});

test('the bonds of silicon make the tetrahedral angle', () => {
  const picks = [
    { site: 0, position: [0, 0, 0] as Vector },
    { site: 1, position: [A / 4, A / 4, A / 4] as Vector },
    { site: 0, position: [A / 2, A / 2, 0] as Vector },
  ];
  expect(measured(picks, SILICON)?.value).toBeCloseTo(109.4712, 3);
});

test('a dihedral angle has its sign', () => {
  const points: Vector[] = [
    [1, 0, 0],
    [0, 0, 0],
    [0, 0, 1],
    [0, 1, 1],
  ];
  const none = {
    cell: [
      [0, 0, 0],
      [0, 0, 0],
      [0, 0, 0],
    ] as [Vector, Vector, Vector],
    pbc: [false, false, false] as [boolean, boolean, boolean],
  };
  const picks = points.map((position, site) => ({ site, position }));
  expect(measured(picks, none)?.value).toBeCloseTo(90, 6);
});

test('the nearest image is right in a skewed cell, and beyond what is periodic there is none', () => {
  const cell: [Vector, Vector, Vector] = [
    [1, 0, 0],
    [5.4, 1, 0],
    [0, 0, 10],
  ];
  const far: Vector = [0.5, 0.5, 6];
  let best = Infinity;
  for (let i = -20; i <= 20; i++)
    for (let j = -20; j <= 20; j++)
      for (let k = -2; k <= 2; k++)
        best = Math.min(best, Math.hypot(far[0] + i + 5.4 * j, far[1] + j, far[2] + 10 * k));
  expect(norm(nearest(far, cell, [true, true, true]))).toBeCloseTo(best, 9);
  expect(nearest(far, cell, [false, false, false])).toEqual(far);
  const wire: [Vector, Vector, Vector] = [
    [0, 0, 0],
    [0, 0, 0],
    [0, 0, 2],
  ];
  expect(nearest([3, 0, 5.5], wire, [false, false, true])).toEqual([3, 0, -0.5]);
});

test('picking an atom again takes it away, and a fifth begins anew', () => {
  const picks = [0, 1, 2, 3].map((site) => ({ site, position: [site, 0, 0] as Vector }));
  const all = picks.reduce(picked, []);
  expect(all).toHaveLength(4);
  expect(picked(all, { site: 1, position: [1, 0, 0] })).toHaveLength(3);
  expect(picked(all, { site: 1, position: [9, 0, 0] })).toHaveLength(1);
});

test('a cell has lengths, angles and a volume', () => {
  const shape = shapeOf(SILICON.cell);
  expect(shape?.lengths[0]).toBeCloseTo(A / Math.SQRT2, 9);
  expect(shape?.angles).toEqual([expect.closeTo(60, 6), expect.closeTo(60, 6), expect.closeTo(60, 6)]);
  expect(shape?.volume).toBeCloseTo(A ** 3 / 4, 9);
});
