import { expect, test } from 'vitest';
import { csvOf, mergedByX, type Plot, tableOf } from './plot';

const PLOT: Plot = {
  title: 'Energy',
  x: { name: 'volume', unit: 'Å³' },
  y: { name: 'energy', unit: 'eV' },
  series: [
    { name: 'computed', x: [2, 1], y: [-1, -2], look: 'points' },
    { name: 'fit, third order', x: [1, 1.5, 2], y: [-2.1, null, -1.1] },
    { name: 'other', x: [1], y: [0], quiet: true },
  ],
};

test('series with points of their own share one axis', () => {
  expect(mergedByX(PLOT.series.slice(0, 2))).toEqual([
    { x: 1, values: [-2, -2.1] },
    { x: 1.5, values: [null, null] },
    { x: 2, values: [-1, -1.1] },
  ]);
});

test('a file has names, units and every number', () => {
  expect(csvOf(tableOf(PLOT))).toBe(
    'volume (Å³),computed (eV),"fit, third order (eV)"\n1,-2,-2.1\n1.5,,\n2,-1,-1.1\n',
  );
});
