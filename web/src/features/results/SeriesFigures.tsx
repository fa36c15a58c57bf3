import { Async } from '@/shared/ui/states';
import { Figure } from './Figure';
import { useArrays } from './load';
import type { Plot } from './plot';
import { nameAndUnit, quantitiesOf, withUncertainty } from './quantity';

const FS_PER_PS = 1000;
const SERIES = [
  'temperature_K',
  'potential_energy_eV',
  'total_energy_eV',
  'pressure_GPa',
  'volume_A3',
] as const;

/** What a run of molecular dynamics said on its way, with its averages. */
export function SeriesFigures({
  uuid,
  averages = {},
  equilibration = 0,
}: {
  uuid: string;
  averages?: Record<string, unknown>;
  equilibration?: number;
}) {
  const course = useArrays(uuid, ['time_fs', ...SERIES]);
  return (
    <Async query={course}>
      {({ arrays }) => {
        const times = (arrays.time_fs?.values ?? []).map((time) => time / FS_PER_PS);
        const start = equilibration * (times.at(-1) ?? 0);
        return (
          <div className="grid gap-6 xl:grid-cols-2">
            {SERIES.filter((name) => arrays[name]).map((name) => (
              <Figure
                key={name}
                height={230}
                plot={plotOf(name, times, arrays[name]?.values ?? [], averages, start)}
              />
            ))}
          </div>
        );
      }}
    </Async>
  );
}

function plotOf(
  key: string,
  times: number[],
  values: number[],
  averages: Record<string, unknown>,
  start: number,
): Plot {
  const { name, unit } = nameAndUnit(key);
  const mean = quantitiesOf({ [name]: averages[name.replaceAll(' ', '_')] })[0];
  const told = mean && `mean ${withUncertainty(mean.value, mean.uncertainty)} ${unit}`;
  return {
    title: name.charAt(0).toUpperCase() + name.slice(1),
    note: told,
    x: { name: 'time', unit: 'ps' },
    y: { name, unit },
    series: [{ name, x: times, y: values }],
    marks: mean ? [{ at: mean.value, axis: 'y', strong: true }] : [],
    faded: start > 0 ? { from: times[0] ?? 0, to: start, label: 'discarded' } : undefined,
  };
}
