import { format } from '@/features/results/quantity';
import type { Row } from './rows';

/** The interval of a prediction over the range of all: a bar with a point where the mean is. */
export function IntervalBar({ row, range, unit }: { row: Row; range: [number, number]; unit: string }) {
  const { mean, low, high, outside } = row;
  if (mean === null) {
    // On a phone there is no other place for it.
    return (
      <span title={row.error ?? undefined} className="text-bad md:hidden">
        {row.error}
      </span>
    );
  }
  const width = range[1] - range[0];
  const at = (value: number) => (width > 0 ? (100 * (value - range[0])) / width : 50);
  const [left, right] = [at(low ?? mean), at(high ?? mean)];
  const colour = outside ? 'var(--wait)' : 'var(--accent)';
  const text = low === null || high === null ? 'none' : `${format(low, 4)} to ${format(high, 4)}`;
  return (
    <span title={`${text}${unit && ` ${unit}`}`} className="flex items-center">
      <svg aria-hidden className="h-4 w-full overflow-visible" preserveAspectRatio="none">
        <line x1="0" x2="100%" y1="8" y2="8" stroke="var(--line)" />
        <line
          x1={`${left}%`}
          x2={`${right}%`}
          y1="8"
          y2="8"
          stroke={colour}
          strokeWidth="3"
          strokeOpacity="0.4"
        />
        <circle cx={`${at(mean)}%`} cy="8" r="3.5" fill={colour} />
      </svg>
      <span className="sr-only">{`${text}${outside ? ', outside the domain' : ''}`}</span>
    </span>
  );
}
