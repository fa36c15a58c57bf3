/** How far the intervals of a model keep what they promise, seen on rows that it had not learnt from. */

import type { Parity } from '../learning';

type Intervals = Pick<Parity, 'target' | 'mean' | 'lower' | 'upper'>;
export type Curve = { promised: number[]; observed: number[] };
/** Rows with about the same width of interval: half of it, and the mean of their errors. */
export type Group = { width: number; error: number; count: number };

const PROMISES = Array.from({ length: 19 }, (_, at) => (at + 1) / 20);
const GROUPS = 10;
/** Fewer rows in a group tell nothing. */
const LEAST_IN_GROUP = 5;

/**
 * Which part of the targets lies in intervals that promise to hold a part of them, for promises of 5 to 95 %.
 *
 * Stored are the ends for one promise, `coverage`; for others the half width goes by the quantiles of a normal
 * distribution. So the curve leaves the diagonal where errors are spread otherwise.
 */
export function coverageOf(intervals: Intervals, coverage: number): Curve {
  const widths = halfWidths(intervals);
  const errors = errorsOf(intervals);
  const usual = widthOfNormal(coverage);
  const promised = [...PROMISES.filter((one) => Math.abs(one - coverage) > 1e-6), coverage].sort(
    (one, other) => one - other,
  );
  const observed = promised.map((promise) => {
    const factor = widthOfNormal(promise) / usual;
    const covered = errors.filter((error, at) => error <= factor * (widths[at] ?? 0) * (1 + 1e-12));
    return covered.length / Math.max(errors.length, 1);
  });
  return { promised, observed };
}

/** Rows by the width of their intervals in up to ten groups of the same size, the narrowest first. */
export function groupsByWidth(intervals: Intervals): Group[] {
  const widths = halfWidths(intervals);
  const rows = errorsOf(intervals).map((error, at) => ({ error, width: widths[at] ?? 0 }));
  rows.sort((one, other) => one.width - other.width);
  const count = Math.min(GROUPS, Math.floor(rows.length / LEAST_IN_GROUP));
  return Array.from({ length: count }, (_, at) => {
    const begin = Math.round((at * rows.length) / count);
    const end = Math.round(((at + 1) * rows.length) / count);
    const group = rows.slice(begin, end);
    return {
      width: mean(group.map((row) => row.width)),
      error: mean(group.map((row) => row.error)),
      count: group.length,
    };
  });
}

/** The mean of |error| that half a width means where errors are normal and intervals right. */
export function errorOfWidth(width: number, coverage: number): number {
  return (width / widthOfNormal(coverage)) * Math.sqrt(2 / Math.PI);
}

function halfWidths({ lower, upper }: Intervals): number[] {
  return upper.map((end, at) => (end - (lower[at] ?? end)) / 2);
}

function errorsOf({ target, mean: means }: Intervals): number[] {
  return target.map((one, at) => Math.abs(one - (means[at] ?? one)));
}

function mean(values: number[]): number {
  return values.reduce((sum, one) => sum + one, 0) / values.length;
}

/** How many standard deviations about the mean hold a part of a normal distribution. */
function widthOfNormal(part: number): number {
  return normalQuantile((1 + part) / 2);
}

/** Quantile of the standard normal distribution in (0.5, 1); Abramowitz & Stegun 26.2.23, error < 4.5e-4. */
export function normalQuantile(probability: number): number {
  const t = Math.sqrt(-2 * Math.log(1 - probability));
  const above = 2.515517 + t * (0.802853 + t * 0.010328);
  const below = 1 + t * (1.432788 + t * (0.189269 + t * 0.001308));
  return t - above / below;
}
