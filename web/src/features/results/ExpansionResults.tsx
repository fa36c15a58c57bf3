import { Async } from '@/shared/ui/states';
import { ByTemperature } from './ByTemperature';
import { Figure } from './Figure';
import { useArrays, useNode } from './load';
import type { NumberArray } from './npy';
import type { Plot } from './plot';
import { nameAndUnit } from './quantity';
import { Section } from './Section';
import { Summary } from './Summary';

const TEMPERATURE = 'temperature_K';
const DRAWN: { title: string; names: string[] }[] = [
  { title: 'Linear expansion', names: ['linear_expansion_per_K'] },
  { title: 'Volume', names: ['volume_A3'] },
  { title: 'Bulk modulus', names: ['bulk_modulus_GPa'] },
  {
    title: 'Heat capacity',
    names: ['heat_capacity_J_per_K_mol', 'heat_capacity_constant_volume_J_per_K_mol'],
  },
  { title: 'Grüneisen parameter', names: ['gruneisen_parameter'] },
];

/** How a crystal expands with the temperature, and what goes with it. */
export default function ExpansionResults({ outputs }: { outputs: Record<string, string> }) {
  const expansion = useNode(outputs.expansion ?? '');
  const curves = useArrays(outputs.curves ?? '', [TEMPERATURE, ...DRAWN.flatMap(({ names }) => names)]);
  return (
    <>
      <Async query={expansion}>
        {({ attributes }) => {
          const isOne = !Array.isArray((attributes.temperature as { value?: unknown } | undefined)?.value);
          return isOne ? (
            <Section title="Thermal expansion">
              <Summary label="Thermal expansion" attributes={attributes} />
            </Section>
          ) : (
            <ByTemperature attributes={{ quantities: attributes }} />
          );
        }}
      </Async>
      <Section title="Over the temperature, quasi-harmonic, without pressure">
        <Async query={curves}>
          {({ arrays }) => (
            <div className="grid gap-6 xl:grid-cols-2">
              {DRAWN.map(({ title, names }) => (
                <Figure key={title} height={230} plot={plotOf(title, names, arrays)} />
              ))}
            </div>
          )}
        </Async>
      </Section>
    </>
  );
}

function plotOf(title: string, names: string[], arrays: Record<string, NumberArray>): Plot {
  const x = arrays[TEMPERATURE]?.values ?? [];
  return {
    title,
    x: { name: 'temperature', unit: 'K' },
    y: nameAndUnit(names[0] ?? ''),
    series: names.map((name) => ({ name: nameAndUnit(name).name, x, y: arrays[name]?.values ?? [] })),
  };
}
