import { type EngineFigure, EngineFigures } from './EngineFigures';
import { Quantities } from './Quantities';
import { Section } from './Section';

const FIGURES: EngineFigure[] = [
  {
    title: 'How fast the melt grows',
    x: 'profile_temperature_K',
    y: ['profile_melting_rate_per_ns'],
    log: false,
    errors: { profile_melting_rate_per_ns: 'profile_melting_rate_error_per_ns' },
  },
];

/** A melting point, and how fast the melt grew into the crystal at temperatures around it. */
export default function MeltingResults({ outputs }: { outputs: Record<string, string> }) {
  return (
    <>
      <Quantities title="Melting" uuid={outputs.melting ?? ''} />
      {outputs.course && (
        <Section>
          <EngineFigures figures={FIGURES} uuid={outputs.course} />
        </Section>
      )}
    </>
  );
}
