import type { components } from '@/shared/api/schema';
import type { JobStatus } from '@/shared/ui/StatusBadge';

export type Chain = components['schemas']['Chain'];
export type ChainStep = components['schemas']['ChainStep'];
export type ChainRun = components['schemas']['ChainRun'];
export type RunStep = components['schemas']['RunStep'];
export type Taken = components['schemas']['Handover'] | components['schemas']['HandedOver'];
export type Scale = NonNullable<ChainStep['scale']> | 'unknown';

/** The scales from the smallest to the largest, and of what each is; who tries out a chain does so from its begin. */
export const SCALES: Record<Scale, { word: string; of: string }> = {
  testing: { word: 'Testing', of: 'no real material' },
  unknown: { word: 'Other', of: 'scale not known' },
  quantum: { word: 'Quantum', of: 'electrons' },
  atomistic: { word: 'Atomistic', of: 'atoms' },
  mesoscale: { word: 'Mesoscale', of: 'events, grains' },
  continuum: { word: 'Continuum', of: 'the component' },
};
const ORDER = Object.keys(SCALES) as Scale[];

export function scaleOf(step: { scale: ChainStep['scale'] }): Scale {
  return step.scale ?? 'unknown';
}

type Ordered = Pick<ChainStep, 'label' | 'needs' | 'scale'>;

/** The scales that steps are of, from the smallest on. */
export function scalesOf(steps: Ordered[]): Scale[] {
  const found = new Set(steps.map(scaleOf));
  return ORDER.filter((scale) => found.has(scale));
}

/** How many steps each waits for, one after the other: 0 for those that begin. */
export function depthsOf(steps: Ordered[]): Map<string, number> {
  const depths = new Map<string, number>();
  // A chain whose steps wait for each other is none: each round places those whose needs are placed.
  for (let round = 0; round < steps.length; round += 1) {
    for (const { label, needs } of steps) {
      if (depths.has(label) || !needs.every((need) => depths.has(need))) continue;
      const before = needs.map((need) => depths.get(need) ?? 0);
      if (Math.max(-1, ...before) < round) depths.set(label, Math.max(-1, ...before) + 1);
    }
  }
  return depths;
}

export type Place<Step> = { scale: Scale; column: number; row: number; steps: Step[] };

/**
 * Where steps are: a column for each scale, a row for those that can run side by side. So what is handed on goes
 * down, and from the electrons to the component also to the right.
 */
export function placesOf<Step extends Ordered>(steps: Step[]): Place<Step>[] {
  const [scales, depths] = [scalesOf(steps), depthsOf(steps)];
  const places = new Map<string, Place<Step>>();
  for (const step of steps) {
    const [column, row] = [scales.indexOf(scaleOf(step)), depths.get(step.label) ?? 0];
    const place = places.get(`${row}.${column}`);
    if (place) place.steps.push(step);
    else places.set(`${row}.${column}`, { scale: scaleOf(step), column, row, steps: [step] });
  }
  return [...places.values()].sort((one, other) => one.row - other.row || one.column - other.column);
}

/** What is handed on, as pairs of steps. */
export function edgesOf(steps: Pick<ChainStep, 'label' | 'needs'>[]): { from: string; to: string }[] {
  return steps.flatMap(({ label, needs }) => needs.map((from) => ({ from, to: label })));
}

/** A name of the API for people: `migration_barrier` is `migration barrier`. */
export function inWords(name: string): string {
  return name.replaceAll('_', ' ').replaceAll('.', ' ');
}

/** The name of a chain as a title: `copper-diffusion` is `Copper diffusion`. */
export function inTitle(name: string): string {
  const words = name.replaceAll('-', ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** Where a value comes from: `vacancy: migration energy at 1200 K`. */
export function sourceOf({
  step,
  quantity,
  at,
}: {
  step: string;
  quantity: string;
  at: number | null;
}): string {
  return `${inWords(step)}: ${inWords(quantity)}${at === null ? '' : ` at ${at} K`}`;
}

/** What a step is computed for: the structure's name, or of which step it is. */
export function structureOf(step: Pick<ChainStep, 'structure' | 'most_stable'>): string | undefined {
  if (step.most_stable.length > 0) return `most stable of ${step.most_stable.map(inWords).join(', ')}`;
  if (step.structure === null) return undefined;
  const [from = '', output] = step.structure.split('.');
  return output === undefined ? inWords(from) : `${inWords(output)} of ${inWords(from)}`;
}

/** How a bulk crystal is made, in words: `Cu, fcc, a = 3.615 Å, conventional cell`. */
export function crystalOf(bulk: Record<string, unknown>): string {
  const { formula, crystal, a, c, cubic } = bulk;
  return [
    formula,
    crystal,
    typeof a === 'number' && `a = ${a} Å`,
    typeof c === 'number' && `c = ${c} Å`,
    cubic === true && 'conventional cell',
  ]
    .filter((one) => typeof one === 'string')
    .join(', ');
}

/** The status of a step in a run: of those computed once more too, while they are not over. */
export function statusOf({ job, varied }: Pick<RunStep, 'job' | 'varied'>): JobStatus | undefined {
  const going = varied.find((one) => one.status !== 'COMPLETED');
  return job?.status === 'COMPLETED' && going ? going.status : job?.status;
}
