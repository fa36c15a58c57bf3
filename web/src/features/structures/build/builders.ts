import type { components } from '@/shared/api/schema';

export type Builder = components['schemas']['Builder'];
export type BuilderName = Builder['name'];

const LABELS: Record<BuilderName, string> = {
  bulk: 'Bulk crystal',
  nanoparticle: 'Nanoparticle',
  nanotube: 'Nanotube',
  nanoribbon: 'Nanoribbon',
  sheet: 'Sheet (2D)',
  supercell: 'Supercell',
  slab: 'Slab (surface)',
  vacancy: 'Vacancy',
  substitution: 'Substitution (doping)',
  strain: 'Strain',
};

export const FROM_STRUCTURE: BuilderName[] = ['supercell', 'slab', 'vacancy', 'substitution', 'strain'];
export const FROM_NOTHING: BuilderName[] = ['bulk', 'nanoparticle', 'nanotube', 'nanoribbon', 'sheet'];

export function builderLabel(name: BuilderName): string {
  return LABELS[name];
}

export function isBuilder(name: unknown): name is BuilderName {
  return typeof name === 'string' && name in LABELS;
}
