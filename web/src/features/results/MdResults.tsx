import { Async } from '@/shared/ui/states';
import { Figure } from './Figure';
import { useArrays, useNode } from './load';
import { quantitiesOf, withUncertainty } from './quantity';
import { Section } from './Section';
import { SeriesFigures } from './SeriesFigures';
import { Summary } from './Summary';

const FS_PER_PS = 1000;

/** Molecular dynamics: averages with errors, what they are of, neighbours and displacements. */
export default function MdResults({
  outputs,
  series,
  equilibration,
}: {
  outputs: Record<string, string>;
  /** The arrays of the run, which the job itself does not have. */
  series?: string;
  equilibration: number;
}) {
  const averages = useNode(outputs.averages ?? '');
  return (
    <Async query={averages}>
      {({ attributes }) => (
        <>
          <Section title="Averages after equilibration">
            <Summary label="Averages" attributes={attributes} />
          </Section>
          {series && (
            <Section title="Course of the run">
              <SeriesFigures uuid={series} averages={attributes} equilibration={equilibration} />
            </Section>
          )}
          <Section title="Structure and motion">
            <div className="grid gap-6 xl:grid-cols-2">
              {outputs.rdf && <RadialDistribution uuid={outputs.rdf} />}
              {outputs.msd && <Displacements uuid={outputs.msd} averages={attributes} />}
            </div>
          </Section>
        </>
      )}
    </Async>
  );
}

function RadialDistribution({ uuid }: { uuid: string }) {
  const rdf = useArrays(uuid);
  return (
    <Async query={rdf}>
      {({ arrays }) => {
        const r = arrays.r_A?.values ?? [];
        const pairs = Object.keys(arrays).filter((name) => name.startsWith('g_'));
        const names = pairs.length > 1 ? pairs : ['g'];
        return (
          <Figure
            height={260}
            plot={{
              title: 'Radial distribution',
              x: { name: 'distance', unit: 'Å' },
              y: { name: 'g(r)', unit: '' },
              series: names.map((name) => ({
                name: name === 'g' ? 'g(r)' : name.slice(2).replace('_', '–'),
                x: r,
                y: arrays[name]?.values ?? [],
              })),
              marks: [{ at: 1, axis: 'y' }],
            }}
          />
        );
      }}
    </Async>
  );
}

function Displacements({ uuid, averages }: { uuid: string; averages: Record<string, unknown> }) {
  const msd = useArrays(uuid);
  const motion = quantitiesOf({ diffusivity: averages.diffusivity })[0];
  return (
    <Async query={msd}>
      {({ arrays }) => {
        const times = (arrays.time_fs?.values ?? []).map((time) => time / FS_PER_PS);
        const elements = Object.keys(arrays).filter((name) => name.startsWith('msd_A2_'));
        const names = elements.length > 1 ? elements : ['msd_A2'];
        return (
          <Figure
            height={260}
            plot={{
              title: 'Mean-square displacement',
              note: motion
                ? `D = ${withUncertainty(motion.value, motion.uncertainty)} ${motion.unit}`
                : 'no diffusion beyond the noise',
              x: { name: 'time', unit: 'ps' },
              y: { name: 'displacement²', unit: 'Å²' },
              series: names.map((name) => ({
                name: name === 'msd_A2' ? 'all atoms' : name.slice('msd_A2_'.length),
                x: times,
                y: arrays[name]?.values ?? [],
              })),
            }}
          />
        );
      }}
    </Async>
  );
}
