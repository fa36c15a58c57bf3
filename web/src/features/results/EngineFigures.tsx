import { Async } from '@/shared/ui/states';
import { Figure } from './Figure';
import { useArrays } from './load';
import type { NumberArray } from './npy';
import type { Plot } from './plot';
import { nameAndUnit } from './quantity';

/** What an engine says that is drawn: arrays against another, by their names. */
export type EngineFigure = {
  title: string;
  x: string;
  y: string[];
  log: boolean;
  errors: Record<string, string>;
};

/** The profiles of an engine, drawn as it says. */
export function EngineFigures({ figures, uuid }: { figures: EngineFigure[]; uuid: string }) {
  const names = figures.flatMap((one) => [one.x, ...one.y, ...Object.values(one.errors)]);
  const profiles = useArrays(uuid, names);
  return (
    <Async query={profiles}>
      {({ arrays }) => (
        <div className="grid gap-6 xl:grid-cols-2">
          {figures.map((one) => (
            <Figure key={one.title} height={260} plot={plotOf(one, arrays)} />
          ))}
        </div>
      )}
    </Async>
  );
}

function plotOf(figure: EngineFigure, arrays: Record<string, NumberArray>): Plot {
  const x = arrays[figure.x]?.values ?? [];
  const named = figure.y.map((key) => ({ key, ...axisOf(key) }));
  return {
    title: figure.title,
    x: axisOf(figure.x),
    y: {
      name: named.length === 1 ? (named[0]?.name ?? '') : '',
      unit: named[0]?.unit ?? '',
      log: figure.log,
    },
    series: named.flatMap(({ key, name }) => {
      const y = arrays[key]?.values ?? [];
      const error = arrays[figure.errors[key] ?? '']?.values;
      const points = x.length <= 60;
      return [
        { name, x, y, look: points ? ('points' as const) : ('line' as const) },
        ...(error
          ? [-1, 1].map((sign) => ({
              name: `${name}, ${sign < 0 ? 'lower' : 'upper'} end of its uncertainty`,
              x,
              y: y.map((value, at) => value + sign * (error[at] ?? 0)),
              look: 'dashed' as const,
            }))
          : []),
      ];
    }),
  };
}

/** `profile_mean_square_displacement_m2` is the mean square displacement in m². */
function axisOf(key: string): { name: string; unit: string } {
  return nameAndUnit(key.replace(/^(profile|field|grid)_/, ''));
}
