import { Async } from '@/shared/ui/states';
import Dispersion from './Dispersion';
import { Figure } from './Figure';
import { useArrays, useNode } from './load';
import { nameAndUnit } from './quantity';
import { Section } from './Section';
import { Summary } from './Summary';

/** Phonon dispersion beside its density of states, and thermal properties where all modes are real. */
export default function PhononsResults({ outputs }: { outputs: Record<string, string> }) {
  const summary = useNode(outputs.summary ?? '');
  return (
    <>
      <Async query={summary}>
        {({ attributes }) => {
          const isStable = attributes.dynamically_stable !== false;
          const name = isStable ? 'frequency' : 'frequency, imaginary < 0';
          return (
            <>
              <Section title="Phonons">
                <Summary label="Phonons" attributes={attributes} />
              </Section>
              <Section>
                <Dispersion
                  bands={outputs.bands ?? ''}
                  dos={outputs.dos}
                  levels={{ title: 'Phonon dispersion', name, unit: 'THz' }}
                />
              </Section>
            </>
          );
        }}
      </Async>
      {outputs.thermal && <Thermal uuid={outputs.thermal} />}
    </>
  );
}

function Thermal({ uuid }: { uuid: string }) {
  const thermal = useArrays(uuid);
  return (
    <Section title="Thermal properties, harmonic, at constant volume">
      <Async query={thermal}>
        {({ arrays }) => (
          <div className="grid gap-6 xl:grid-cols-2">
            {Object.entries(arrays)
              .filter(([name]) => name !== 'temperature_K')
              .map(([name, { values }]) => (
                <Figure
                  key={name}
                  height={230}
                  plot={{
                    title: capital(nameAndUnit(name).name),
                    x: { name: 'temperature', unit: 'K' },
                    y: nameAndUnit(name === 'free_energy_eV' ? 'free_energy_eV_per_atom' : name),
                    series: [
                      { name: nameAndUnit(name).name, x: arrays.temperature_K?.values ?? [], y: values },
                    ],
                  }}
                />
              ))}
          </div>
        )}
      </Async>
    </Section>
  );
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
