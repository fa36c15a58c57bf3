import { Async } from '@/shared/ui/states';
import Dispersion from './Dispersion';
import { useNode } from './load';
import { Section } from './Section';
import { Summary } from './Summary';

/** [eV] Energies shown, from the zero of the plot. */
const RANGE: [number, number] = [-14, 10];

/** Electronic bands beside their density of states, from the Fermi level or the top of the valence band. */
export default function BandsResults({ outputs }: { outputs: Record<string, string> }) {
  const summary = useNode(outputs.summary ?? '');
  return (
    <Async query={summary}>
      {({ attributes }) => {
        const isMetal = attributes.is_metal === true;
        const zero = Number(isMetal ? attributes.fermi_energy_eV : attributes.valence_band_maximum_eV);
        const title = 'Bands and density of states';
        const levels = {
          title,
          name: isMetal ? 'E − E(Fermi)' : 'E − E(VBM)',
          unit: 'eV',
          zero,
          range: RANGE,
        };
        return (
          <>
            <Section title="Electronic structure">
              <Summary label="Electronic structure" attributes={attributes} />
            </Section>
            <Section>
              <Dispersion bands={outputs.bands ?? ''} dos={outputs.dos} levels={levels} />
            </Section>
          </>
        );
      }}
    </Async>
  );
}
