import { Async } from '@/shared/ui/states';
import { between, energyAt, type Eos } from './birchMurnaghan';
import { Figure } from './Figure';
import { useArrays, useNode } from './load';
import type { DataTable, Plot } from './plot';
import { Section } from './Section';
import { Summary } from './Summary';

/** Energy against volume: the computed points, the fitted curve, and what follows from it. */
export default function EosResults({ outputs }: { outputs: Record<string, string> }) {
  const eos = useNode(outputs.eos ?? '');
  const points = useArrays(outputs.points ?? '', ['volumes', 'energies']);
  return (
    <Async query={eos}>
      {({ attributes }) => (
        <Async query={points}>
          {({ arrays }) => {
            const fit = attributes as Eos;
            const volumes = arrays.volumes?.values ?? [];
            const energies = arrays.energies?.values ?? [];
            return (
              <>
                <Section title="Equation of state">
                  <Summary label="Equation of state" attributes={attributes} />
                </Section>
                <Section>
                  <Figure
                    plot={plotOf(fit, volumes, energies)}
                    table={tableOfPoints(fit, volumes, energies)}
                  />
                </Section>
              </>
            );
          }}
        </Async>
      )}
    </Async>
  );
}

function plotOf(fit: Eos, volumes: number[], energies: number[]): Plot {
  const span = between(Math.min(...volumes), Math.max(...volumes), 120);
  return {
    title: 'Energy against volume',
    x: { name: 'volume', unit: 'Å³' },
    y: { name: 'energy', unit: 'eV' },
    series: [
      { name: 'Birch–Murnaghan fit', x: span, y: span.map((volume) => energyAt(fit, volume)) },
      { name: 'computed', x: volumes, y: energies, look: 'points', colour: 1 },
    ],
    marks: [{ at: fit.volume_A3, axis: 'x', label: 'V₀' }],
  };
}

function tableOfPoints(fit: Eos, volumes: number[], energies: number[]): DataTable {
  return {
    columns: [
      { name: 'volume', unit: 'Å³' },
      { name: 'energy', unit: 'eV' },
      { name: 'fit', unit: 'eV' },
      { name: 'difference', unit: 'meV' },
    ],
    rows: volumes.map((volume, at) => {
      const energy = energies[at] ?? NaN;
      const fitted = energyAt(fit, volume);
      return [volume, energy, fitted, 1000 * (energy - fitted)];
    }),
  };
}
