import { type EngineFigure, EngineFigures } from './EngineFigures';
import { Quantities } from './Quantities';
import { Section } from './Section';

const FIGURES: EngineFigure[] = [
  {
    title: 'Spectrum of the flux of heat',
    x: 'frequency_THz',
    y: ['periodogram_W_per_m_K', 'conductivity_W_per_m_K'],
    log: true,
    errors: {},
  },
  {
    title: 'Integral of its correlation up to a time',
    x: 'time_ps',
    y: ['integral_W_per_m_K'],
    log: false,
    errors: { integral_W_per_m_K: 'integral_error_W_per_m_K' },
  },
];

/** The thermal conductivity of a lattice: the spectrum at frequency zero, beside Green and Kubo's integral. */
export default function ConductivityResults({ outputs }: { outputs: Record<string, string> }) {
  return (
    <>
      <Quantities title="Thermal conductivity" uuid={outputs.conductivity ?? ''} />
      {outputs.spectrum && (
        <Section>
          <EngineFigures figures={FIGURES} uuid={outputs.spectrum} />
        </Section>
      )}
    </>
  );
}
