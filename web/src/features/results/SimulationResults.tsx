import { Async } from '@/shared/ui/states';
import { ByTemperature } from './ByTemperature';
import { type EngineFigure, EngineFigures } from './EngineFigures';
import { FieldMaps } from './FieldMaps';
import { shapesOf, useArrays, useNode } from './load';
import { Section } from './Section';
import { SeriesFigures } from './SeriesFigures';
import { Summary } from './Summary';

const HIDDEN = ['engine', 'label', 'figures'];

/** One evaluation, or a relaxation: energy, forces, stress, and the course of a run of molecular dynamics. */
export default function SimulationResults({ outputs }: { outputs: Record<string, string> }) {
  const results = useNode(outputs.results ?? '');
  return (
    <>
      <Async query={results}>
        {({ attributes }) => (
          <>
            <Section title="Results">
              <Summary label="Results" attributes={attributes} leftOut={HIDDEN} />
            </Section>
            <ByTemperature attributes={attributes} />
            {outputs.arrays && (
              <Drawn figures={(attributes.figures ?? []) as EngineFigure[]} uuid={outputs.arrays} />
            )}
          </>
        )}
      </Async>
    </>
  );
}

/** What there is to draw of the arrays. */
function Drawn({ figures, uuid }: { figures: EngineFigure[]; uuid: string }) {
  const node = useNode(uuid);
  const shapes = node.data === undefined ? {} : shapesOf(node.data.attributes);
  const fields = Object.keys(shapes).filter(
    (name) => name.startsWith('field_') && shapes[name]?.length === 2,
  );
  return (
    <>
      {figures.length > 0 && (
        <Section>
          <EngineFigures figures={figures} uuid={uuid} />
        </Section>
      )}
      {fields.length > 0 && (
        <Section title="Fields">
          <FieldMaps names={fields.toSorted()} uuid={uuid} />
        </Section>
      )}
      {'forces' in shapes && <ForcesAndStress uuid={uuid} hasSeries={'time_fs' in shapes} />}
    </>
  );
}

function ForcesAndStress({ uuid, hasSeries }: { uuid: string; hasSeries: boolean }) {
  const arrays = useArrays(uuid, ['forces', 'stress']);
  return (
    <>
      <Async query={arrays}>
        {({ arrays: { forces, stress } }) => (
          <Section title="Forces and stress">
            <Summary
              label="Forces and stress"
              attributes={{
                largest_component_of_a_force: { value: largestOf(forces?.values ?? []), unit: 'eV/Å' },
                ...(stress && { pressure: { value: pressureOf(stress.values), unit: 'GPa' } }),
              }}
            />
          </Section>
        )}
      </Async>
      {hasSeries && (
        <Section title="Course of the run">
          <SeriesFigures uuid={uuid} />
        </Section>
      )}
    </>
  );
}

function largestOf(values: number[]): number {
  return values.reduce((most, one) => Math.max(most, Math.abs(one)), 0);
}

/** [GPa] From a stress (3, 3) that is positive under tension. */
function pressureOf(stress: number[]): number {
  return -((stress[0] ?? 0) + (stress[4] ?? 0) + (stress[8] ?? 0)) / 3;
}
