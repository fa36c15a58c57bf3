import { expect, test } from 'vitest';
import { coverageOf, errorOfWidth, groupsByWidth, normalQuantile } from './calibration';

/** 1000 errors at the quantiles of a normal distribution, in intervals of ± 1.6449 deviations: 90 %. */
const COUNT = 1000;
const ERRORS = Array.from({ length: COUNT }, (_, at) => {
  const p = (at + 0.5) / COUNT;
  return p > 0.5 ? normalQuantile(p) : -normalQuantile(1 - p);
});
const NORMAL = {
  target: ERRORS.map((error) => 10 + error),
  mean: ERRORS.map(() => 10),
  lower: ERRORS.map(() => 10 - 1.6449),
  upper: ERRORS.map(() => 10 + 1.6449),
};

test('quantiles are those of tables', () => {
  for (const [p, z] of [
    [0.75, 0.67449],
    [0.95, 1.64485],
    [0.975, 1.95996],
  ] as const)
    expect(Math.abs(normalQuantile(p) - z)).toBeLessThan(5e-4);
});

test('intervals of normal errors keep every promise', () => {
  const { promised, observed } = coverageOf(NORMAL, 0.9);
  expect(promised).toHaveLength(19);
  promised.forEach((promise, at) => expect(Math.abs((observed[at] ?? 0) - promise)).toBeLessThan(0.003));
});

test('intervals of half the width keep less than they promise, of no width nothing', () => {
  const narrow = { ...NORMAL, lower: NORMAL.mean.map(() => 9.178), upper: NORMAL.mean.map(() => 10.822) };
  const at = coverageOf(narrow, 0.9).promised.indexOf(0.9);
  // ± 0.822 deviations hold 58.9 %.
  expect(coverageOf(narrow, 0.9).observed[at]).toBeCloseTo(0.589, 2);
  const none = { ...NORMAL, lower: NORMAL.mean, upper: NORMAL.mean };
  expect(coverageOf(none, 0.9).observed.every((part) => part === 0)).toBe(true);
});

test('the promise of the model is among those looked at, once', () => {
  expect(coverageOf(NORMAL, 0.87).promised).toHaveLength(20);
  expect(coverageOf(NORMAL, 0.87).promised).toContain(0.87);
});

test('wider intervals are grouped apart, with the errors in them', () => {
  const widths = Array.from({ length: 100 }, (_, at) => 1 + (at % 10));
  const rows = {
    target: widths.map((width) => width / 2),
    mean: widths.map(() => 0),
    lower: widths.map((width) => -width),
    upper: widths,
  };
  const groups = groupsByWidth(rows);
  expect(groups).toHaveLength(10);
  expect(groups[0]).toEqual({ width: 1, error: 0.5, count: 10 });
  expect(groups[9]).toEqual({ width: 10, error: 5, count: 10 });
  expect(groupsByWidth({ target: [1], mean: [1], lower: [0], upper: [2] })).toEqual([]);
});

test('the mean error of right intervals is that of a normal distribution', () => {
  expect(errorOfWidth(1.6449, 0.9)).toBeCloseTo(Math.sqrt(2 / Math.PI), 3);
});
