import { useSyncExternalStore } from 'react';

const UNITS: [Intl.RelativeTimeFormatUnit, number][] = [
  ['year', 31_557_600],
  ['month', 2_629_800],
  ['week', 604_800],
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
];
const AGO = new Intl.RelativeTimeFormat('en', { numeric: 'auto', style: 'short' });
const EXACT = new Intl.DateTimeFormat('en', { dateStyle: 'medium', timeStyle: 'medium' });

/** `3 min. ago`; what is less than a minute old is `just now`. */
export function ago(then: Date, now: number): string {
  const seconds = (now - then.getTime()) / 1000;
  const found = UNITS.find(([, length]) => Math.abs(seconds) >= length);
  return found ? AGO.format(-Math.trunc(seconds / found[1]), found[0]) : 'just now';
}

let now = Date.now();
const listeners = new Set<() => void>();
let timer: ReturnType<typeof setInterval> | undefined;

function onTick(listener: () => void): () => void {
  listeners.add(listener);
  now = Date.now();
  timer ??= setInterval(() => {
    now = Date.now();
    listeners.forEach((tell) => tell());
  }, 20_000);
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0) return;
    clearInterval(timer);
    timer = undefined;
  };
}

/** The time, three times a minute. */
export function useNow(): number {
  return useSyncExternalStore(
    onTick,
    () => now,
    () => now,
  );
}

/** `<TimeAgo time={job.modified} />`: how long ago; the exact time is its tooltip. */
export function TimeAgo({ time }: { time: string | Date }) {
  const then = new Date(time);
  const current = useNow();
  return (
    <time dateTime={then.toISOString()} title={EXACT.format(then)} className="whitespace-nowrap tabular">
      {ago(then, Math.max(current, then.getTime()))}
    </time>
  );
}
