import { Async } from '@/shared/ui/states';
import { Figure } from './Figure';
import { useArrays } from './load';
import { rowsOf } from './npy';
import type { Plot } from './plot';

/** A trajectory: how long it is, and how the volume of its cell goes. */
export default function TrajectoryView({ uuid }: { uuid: string }) {
  const found = useArrays(uuid, ['times', 'steps', 'cells']);
  return (
    <Async query={found}>
      {({ arrays, attributes }) => {
        const { times, steps, cells } = arrays;
        const count = (attributes['array|positions'] as number[] | undefined)?.[0] ?? 0;
        const symbols = (attributes.symbols ?? []) as string[];
        const along = times?.values ?? steps?.values ?? [];
        const plot: Plot | undefined = cells && {
          title: 'Volume of the cell',
          x: times ? { name: 'time', unit: 'ps' } : { name: 'step', unit: '' },
          y: { name: 'volume', unit: 'Å³' },
          series: [{ name: 'volume', x: along, y: rowsOf(cells).map(volumeOf) }],
        };
        return (
          <div className="flex flex-col gap-4">
            <p className="text-sm text-muted">
              {`${count.toLocaleString('en')} samples of ${symbols.length.toLocaleString('en')} atoms`}
            </p>
            {plot && <Figure plot={plot} height={240} />}
          </div>
        );
      }}
    </Async>
  );
}

function volumeOf([a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0, i = 0]: number[]): number {
  return Math.abs(a * (e * i - f * h) - b * (d * i - f * g) + c * (d * h - e * g));
}
