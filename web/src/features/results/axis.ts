import { format, power } from './quantity';

export type Scale = { domain: [number, number]; ticks: number[]; told: (value: number) => string };

const COUNT = 5;

/** An axis over values with round numbers along it; `isWide` goes on to the next round numbers at both ends. */
export function linear(values: number[], isWide: boolean, range?: [number, number]): Scale {
  const [low, high] = range ?? endsOf(values);
  const step = roundStep((high - low) / COUNT);
  const first = isWide ? Math.floor(low / step + 1e-9) : Math.ceil(low / step - 1e-9);
  const last = isWide ? Math.ceil(high / step - 1e-9) : Math.floor(high / step + 1e-9);
  const ticks = Array.from({ length: last - first + 1 }, (_, at) => (first + at) * step);
  const decimals = Math.max(0, -Math.floor(Math.log10(step) + 1e-9));
  const isPlain = decimals <= 5 && Math.max(Math.abs(low), Math.abs(high)) < 1e7;
  return {
    domain: isWide ? [first * step, last * step] : [low, high],
    ticks,
    told: (value) => (isPlain ? (value + 0).toFixed(decimals).replace(/^-/, '−') : format(value, 4)),
  };
}

/** An axis of orders of magnitude. */
export function logarithmic(values: number[]): Scale {
  const [low, high] = endsOf(values.map((value) => Math.log10(value)));
  const first = Math.floor(low);
  const last = Math.ceil(high);
  const every = Math.max(1, Math.ceil((last - first) / COUNT));
  const ticks = Array.from(
    { length: Math.floor((last - first) / every) + 1 },
    (_, at) => 10 ** (first + at * every),
  );
  return { domain: [10 ** first, 10 ** last], ticks, told: (value) => power(Math.round(Math.log10(value))) };
}

/** The least and the largest value, apart from each other. */
function endsOf(values: number[]): [number, number] {
  const low = values.reduce((least, one) => Math.min(least, one), Infinity);
  const high = values.reduce((most, one) => Math.max(most, one), -Infinity);
  if (!Number.isFinite(low) || !Number.isFinite(high)) return [0, 1];
  const little = Math.max(Math.abs(low), 1e-12) * 1e-6;
  return high - low > little
    ? [low, high]
    : [low - (Math.abs(low) * 1e-3 || 1), high + (Math.abs(high) * 1e-3 || 1)];
}

/** A step of 1, 2 or 5 with any power of ten, the nearest above. */
function roundStep(least: number): number {
  const size = 10 ** Math.floor(Math.log10(least));
  const factor = [1, 2, 5, 10].find((one) => one * size >= least * (1 - 1e-9)) ?? 10;
  return factor * size;
}
