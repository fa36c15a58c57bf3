import { Async } from '@/shared/ui/states';
import { Figure } from './Figure';
import { type Arrays, useArrays } from './load';
import { rowsOf } from './npy';
import { pathOf } from './path';
import type { Plot, Series } from './plot';

export type Levels = {
  title: string;
  name: string;
  unit: string;
  /** What is subtracted from all levels. */
  zero?: number;
  range?: [number, number];
};

/** Levels along a path through the Brillouin zone and, where there is one, their density beside it. */
export default function Dispersion({ bands, dos, levels }: { bands: string; dos?: string; levels: Levels }) {
  const along = useArrays(bands, ['kpoints', 'bands']);
  return (
    <Async query={along}>
      {(data) => {
        const plot = dispersionOf(data, levels);
        return dos === undefined ? (
          <Figure plot={plot} height={380} />
        ) : (
          <WithDensity plot={plot} dos={dos} levels={levels} />
        );
      }}
    </Async>
  );
}

function WithDensity({ plot, dos, levels }: { plot: Plot; dos: string; levels: Levels }) {
  const density = useArrays(dos, ['x_array', 'y_array_0']);
  return (
    <Async query={density}>
      {({ arrays, attributes }) => (
        <Figure plot={plot} beside={densityOf(arrays, attributes, levels, plot.yRange)} height={380} />
      )}
    </Async>
  );
}

function dispersionOf({ arrays, attributes }: Arrays, levels: Levels): Plot {
  const { kpoints, bands } = arrays;
  if (!kpoints || !bands) throw new Error('The node has no bands: expected the arrays kpoints and bands.');
  const numbers = (attributes.label_numbers ?? []) as number[];
  const names = (attributes.labels ?? []) as string[];
  const labels = numbers.map((at, order): [number, string] => [at, names[order] ?? '']);
  const path = pathOf(rowsOf(kpoints), (attributes.cell ?? []) as number[][], labels);
  const channels = channelsOf(bands.shape, bands.values);
  const zero = levels.zero ?? 0;
  const series = channels.flatMap((rows, channel) =>
    (rows[0] ?? []).map((_, band): Series => {
      const values = rows.map((row) => (row[band] ?? NaN) - zero);
      const name = channels.length === 1 ? levels.name : channel === 0 ? 'spin up' : 'spin down';
      return { name, ...withGaps(path.x, values, path.breaks), colour: channel, quiet: band > 0 };
    }),
  );
  const all = bands.values.map((value) => value - zero);
  return {
    title: levels.title,
    x: { name: '', unit: '' },
    y: { name: levels.name, unit: levels.unit },
    series,
    ticks: path.ticks,
    marks: [{ at: 0, axis: 'y' }],
    yRange: levels.range ?? rangeOf(all),
  };
}

/** One set of rows a spin: of bands (spins, points, bands), or (points, bands) without. */
function channelsOf(shape: number[], values: number[]): number[][][] {
  const [spins, points, bands] = shape.length === 3 ? shape : [1, ...shape];
  const size = (points ?? 0) * (bands ?? 0);
  return Array.from({ length: spins ?? 1 }, (_, spin) =>
    rowsOf({ shape: [points ?? 0, bands ?? 0], values: values.slice(spin * size, (spin + 1) * size) }),
  );
}

/** Values along a path, with a gap where it jumps. */
function withGaps(x: number[], values: number[], breaks: number[]): { x: number[]; y: (number | null)[] } {
  const xs: number[] = [];
  const ys: (number | null)[] = [];
  x.forEach((at, index) => {
    // Both ends of a jump are at one place of the path: the second a hair behind it, with the gap between.
    const hair = breaks.includes(index) ? 2e-6 : 0;
    if (hair > 0) {
      xs.push(at + 1e-6);
      ys.push(null);
    }
    xs.push(at + hair);
    ys.push(values[index] ?? null);
  });
  return { x: xs, y: ys };
}

function rangeOf(values: number[]): [number, number] {
  const low = values.reduce((least, one) => Math.min(least, one), 0);
  const high = values.reduce((most, one) => Math.max(most, one), 0);
  return [low < 0 ? 1.05 * low : 0, 1.05 * high];
}

function densityOf(
  arrays: Arrays['arrays'],
  attributes: Arrays['attributes'],
  levels: Levels,
  range?: [number, number],
): Plot {
  const units = attributes.y_units as string[] | undefined;
  const x = (arrays.x_array?.values ?? []).map((value) => value - (levels.zero ?? 0));
  const y = arrays.y_array_0?.values ?? [];
  const kept = x.flatMap((value, at) => (!range || (value >= range[0] && value <= range[1]) ? [at] : []));
  return {
    title: 'Density of states',
    x: { name: levels.name, unit: levels.unit },
    y: { name: 'density of states', unit: units?.[0] ?? '' },
    series: [{ name: 'density of states', x: kept.map((at) => x[at] ?? 0), y: kept.map((at) => y[at] ?? 0) }],
    sideways: true,
  };
}
