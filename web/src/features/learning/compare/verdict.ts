import type { Series } from '@/features/results/plot';

/** What a difference of errors says, when it is more than two of its standard errors. */
export function verdictOf(difference: number, error: number): 'better' | 'worse' | 'same' {
  if (Math.abs(difference) <= 2 * error || difference === 0) return 'same';
  return difference < 0 ? 'better' : 'worse';
}

const PARTS = Array.from({ length: 21 }, (_, at) => 5 * at);

/** Which part of the rows [%] has an error up to which size: the quantiles of |mean - target|. */
export function errorCurve(name: string, mean: number[], target: number[]): Series {
  const errors = mean.map((one, at) => Math.abs(one - (target[at] ?? one))).sort((one, other) => one - other);
  const last = errors.length - 1;
  return { name, x: PARTS, y: PARTS.map((part) => errors[Math.round((part / 100) * last)] ?? null) };
}
