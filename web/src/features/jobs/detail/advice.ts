import type { components } from '@/shared/api/schema';
import { type JobDetail, workflowOf } from '../job';

type Failure = components['schemas']['Failure'];
export type Advice = { text: string; word?: string; href?: string };

/** What to try after a failure, by exit status; those of NANO-OS's workflows are each of one of them. */
const BY_STATUS: Record<number, (job: JobDetail) => Advice> = {
  110: () => ({
    text: 'The calculation ran out of memory: ask for more machines, or take a smaller structure.',
  }),
  120: (job) => again(job, 'The wall time was used up: give more of it.'),
  140: (job) => again(job, 'The machine failed. Submit it again; what had finished is taken from the cache.'),
  310: () => ({
    text: 'An administrator installs the engine (`nanoos engines install`), or choose another template.',
  }),
  311: (job) => again(job, 'The engine cannot take this structure or these parameters: choose others.'),
  320: (job) => again(job, 'A simulation below failed: its own message is above. Change what it names.'),
  330: (job) => again(job, 'Ask for a larger supercell, or a shorter distance of g(r).'),
  331: (job) => again(job, 'Shorten the time step; the averages are there, but do not trust them.'),
  332: (job) => again(job, 'Repeat the cell only along its periodic directions.'),
  340: relaxFirst,
  341: (job) =>
    again(job, 'Displace the atoms along the imaginary mode and relax, or try a larger supercell.'),
  350: (job) => again(job, 'Choose a template of Quantum ESPRESSO.'),
  401: (job) => again(job, 'Raise the most iterations or steps, or loosen the tolerances.'),
  402: (job) => again(job, 'Read the output of the calculation in Files; then change what it complains of.'),
  411: (job) => again(job, 'Raise the most steps, loosen the tolerances, or start from a better structure.'),
  420: (job) => again(job, 'Ask for more volumes, or see in the steps why some failed.'),
  421: (job) =>
    again(job, 'Converge the energies better (a more precise protocol), or take a smaller range.'),
  422: relaxFirst,
  423: () => ({
    text: 'Only what is periodic in three directions has a volume: give the structure such a cell.',
  }),
  431: (job) => again(job, 'Converge the stresses better: a more precise protocol, or tighter tolerances.'),
  432: () => ({ text: 'Only what is periodic in three directions has elastic constants of a bulk.' }),
  440: continueFrom,
};

/** What to try next, the most telling first. */
export function adviceFor(job: JobDetail, failure: Failure | null): Advice[] {
  if (job.status === 'KILLED')
    return [again(job, 'Submit it again: what had finished is taken from the cache.')];
  const statuses = [failure?.exit_status, job.exit_status];
  const found = statuses.flatMap((status) => (status == null ? [] : (BY_STATUS[status]?.(job) ?? [])));
  const texts = new Set<string>();
  const once = found.filter(({ text }) => !texts.has(text) && texts.add(text));
  if (once.length > 0) return once.slice(0, 2);
  return [
    failure?.exit_status === null
      ? {
          text: 'This is an error in the program itself: the report has the whole of it.',
          word: 'Read the report',
          href: `/jobs/${job.uuid}?tab=report`,
        }
      : again(job, 'Change the settings that the message names, or take another protocol.'),
  ];
}

function again(job: JobDetail, text: string): Advice {
  if (workflowOf(job).startsWith('train')) {
    const dataset = job.inputs.find((link) => link.label === 'dataset')?.uuid;
    return {
      text:
        job.status === 'KILLED' ? 'Train it again.' : 'Change what the message names, and train it again.',
      word: 'Train again',
      href: `/ml/models/new${dataset === undefined ? '' : `?dataset=${dataset}`}`,
    };
  }
  return { text, word: 'Submit again with changes', href: `/jobs/new?from=${job.uuid}` };
}

function relaxFirst(job: JobDetail): Advice {
  const text = 'The structure is not at the minimum of this engine: relax it first with the same template.';
  const template = job.inputs.find((link) => link.label === 'template')?.uuid;
  if (job.structure === null || template === undefined) return { text };
  return {
    text,
    word: 'Relax it',
    href: `/jobs/new?workflow=relax&structure=${job.structure}&template=${template}`,
  };
}

function continueFrom(job: JobDetail): Advice {
  const last = job.outputs.find((link) => link.label === 'structure')?.uuid;
  if (last === undefined) return again(job, 'Allow more rounds, or loosen the tolerances.');
  return {
    text: 'Go on from the last structure, or loosen the tolerances.',
    word: 'Go on from there',
    href: `/jobs/new?workflow=relax&structure=${last}`,
  };
}
