import { EngineFigures } from './EngineFigures';
import { Quantities } from './Quantities';
import { Section } from './Section';

const PATH = [
  { title: 'Energy along the path', x: 'profile_path_A', y: ['profile_energy_eV'], log: false, errors: {} },
];

/** What a vacancy costs, and the way on which a neighbour jumps into it. */
export default function VacancyResults({ outputs }: { outputs: Record<string, string> }) {
  return (
    <>
      <Quantities title="Formation" uuid={outputs.formation ?? ''} />
      {outputs.migration && <Quantities title="Migration" uuid={outputs.migration} />}
      {outputs.path && (
        <Section>
          <EngineFigures figures={PATH} uuid={outputs.path} />
        </Section>
      )}
    </>
  );
}
