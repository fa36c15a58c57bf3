import { describe, expect, it } from 'vitest';
import { crystalOf, depthsOf, edgesOf, placesOf, scalesOf, sourceOf, statusOf, structureOf } from './chain';

type Step = {
  label: string;
  needs: string[];
  scale: 'quantum' | 'atomistic' | 'mesoscale' | 'continuum' | null;
};
/** The shipped chain of copper's stiffness: a step stands before the one that it needs. */
const STEPS: Step[] = [
  { label: 'dft', needs: ['lattice'], scale: 'quantum' },
  { label: 'lattice', needs: [], scale: 'quantum' },
  { label: 'eam', needs: [], scale: 'atomistic' },
  { label: 'mlip', needs: [], scale: 'atomistic' },
  { label: 'polycrystal', needs: ['eam'], scale: 'continuum' },
  { label: 'part', needs: ['polycrystal', 'lattice'], scale: 'continuum' },
];

describe('the places of steps', () => {
  it('has a column for each scale that there is, from the smallest on', () => {
    expect(scalesOf([...STEPS].reverse())).toEqual(['quantum', 'atomistic', 'continuum']);
    expect(scalesOf([{ label: 'a', needs: [], scale: null }])).toEqual(['unknown']);
  });

  it('puts each step below all that it needs', () => {
    const depths = depthsOf(STEPS);
    expect(Object.fromEntries(depths)).toEqual({
      dft: 1,
      lattice: 0,
      eam: 0,
      mlip: 0,
      polycrystal: 1,
      part: 2,
    });
    for (const { from, to } of edgesOf(STEPS)) expect(depths.get(from)).toBeLessThan(depths.get(to) ?? 0);
  });

  it('puts those side by side that do not wait for each other', () => {
    const told = placesOf(STEPS).map(({ row, column, steps }) => [
      row,
      column,
      steps.map((one) => one.label),
    ]);
    expect(told).toEqual([
      [0, 0, ['lattice']],
      [0, 1, ['eam', 'mlip']],
      [1, 0, ['dft']],
      [1, 2, ['polycrystal']],
      [2, 2, ['part']],
    ]);
  });

  it('loses no step, even of what is no chain', () => {
    const circle: Step[] = [
      { label: 'a', needs: ['b'], scale: null },
      { label: 'b', needs: ['a'], scale: null },
    ];
    expect(placesOf(circle).flatMap(({ steps }) => steps)).toHaveLength(2);
  });
});

describe('words', () => {
  it('says where a value comes from', () => {
    const source = { step: 'random_walk', quantity: 'self_diffusivity', at: 1200 };
    expect(sourceOf(source)).toBe('random walk: self diffusivity at 1200 K');
    expect(sourceOf({ ...source, at: null })).toBe('random walk: self diffusivity');
  });

  it('says of which structure a step is', () => {
    const most_stable: string[] = [];
    expect(structureOf({ structure: null, most_stable })).toBeUndefined();
    expect(structureOf({ structure: 'crystal', most_stable })).toBe('crystal');
    expect(structureOf({ structure: 'lattice.structure', most_stable })).toBe('structure of lattice');
    expect(structureOf({ structure: null, most_stable: ['fcc', 'bcc'] })).toBe('most stable of fcc, bcc');
  });

  it('says which crystal is built', () => {
    expect(crystalOf({ formula: 'Cu', crystal: 'fcc', a: 3.615, cubic: true })).toBe(
      'Cu, fcc, a = 3.615 Å, conventional cell',
    );
    expect(crystalOf({ formula: 'Cu' })).toBe('Cu');
  });
});

it('is not over while what it took is varied', () => {
  const job = (status: 'COMPLETED' | 'RUNNING') =>
    ({ status }) as Parameters<typeof statusOf>[0]['varied'][0];
  expect(statusOf({ job: null, varied: [] })).toBeUndefined();
  expect(statusOf({ job: job('COMPLETED'), varied: [job('RUNNING')] })).toBe('RUNNING');
  expect(statusOf({ job: job('COMPLETED'), varied: [job('COMPLETED')] })).toBe('COMPLETED');
});
