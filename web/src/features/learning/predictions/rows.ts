import { cell } from '@/features/query/csv';
import type { Prediction } from '../learning';

export type Sort = 'given' | 'value' | 'uncertainty';
/** A prediction, and which of those that were asked for it is, from 0. */
export type Row = Prediction & { at: number };

/** Predictions in an order; those of which nothing can be said come last. */
export function sorted(rows: Row[], by: Sort, isDown: boolean): Row[] {
  if (by === 'given') return isDown ? rows.toReversed() : rows;
  const key = by === 'value' ? 'mean' : 'uncertainty';
  const sign = isDown ? -1 : 1;
  return rows.toSorted((one, other) => {
    const [a, b] = [one[key], other[key]];
    if (a === null || b === null) return Number(a === null) - Number(b === null) || one.at - other.at;
    return sign * (a - b) || one.at - other.at;
  });
}

/** The least and the greatest of all intervals; undefined when there are none. */
export function rangeOf(rows: Row[]): [number, number] | undefined {
  let [low, high] = [Infinity, -Infinity];
  for (const row of rows) {
    if (row.mean === null) continue;
    low = Math.min(low, row.low ?? row.mean);
    high = Math.max(high, row.high ?? row.mean);
  }
  return low <= high ? [low, high] : undefined;
}

/** What predictions say in words, with how many say it, the most frequent first. */
export function messagesOf(rows: Row[]): { text: string; count: number }[] {
  const counts = new Map<string, number>();
  for (const text of rows.flatMap((row) => [...new Set(row.messages)]))
    counts.set(text, (counts.get(text) ?? 0) + 1);
  return [...counts].map(([text, count]) => ({ text, count })).sort((one, other) => other.count - one.count);
}

/** Predictions as CSV (RFC 4180) with the unit in the names of the columns. */
export function csvOf(rows: Row[], target: string, unit: string): string {
  const of = unit === '' ? '' : ` [${unit}]`;
  const header = [
    'name',
    'structure',
    `${target}${of}`,
    `standard deviation${of}`,
    `lower${of}`,
    `upper${of}`,
    'outside the domain',
    'messages',
    'error',
  ];
  const lines = rows.map((row) => [
    row.name,
    row.structure,
    row.mean,
    row.uncertainty,
    row.low,
    row.high,
    row.outside === null ? null : row.outside ? 'yes' : 'no',
    row.messages.join('; '),
    row.error,
  ]);
  return [header, ...lines].map((line) => `${line.map(cell).join(',')}\r\n`).join('');
}
