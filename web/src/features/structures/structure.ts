import type { components } from '@/shared/api/schema';

export type Structure = components['schemas']['Structure'];
export type StructureRow = components['schemas']['StructureRow'];
export type ParsedStructure = components['schemas']['ParsedStructure'];
export type StructurePreview = components['schemas']['StructurePreview'];

/** Cartesian [Å]. */
export type Vector = [number, number, number];
export type Cell = [Vector, Vector, Vector];

/** The atoms of a structure, stored or not. */
export type Atoms = { symbols: string[]; positions: Vector[]; cell: Cell; pbc: [boolean, boolean, boolean] };

/** What is drawn of a structure: atoms complete up to the boundaries of the cell, its edges, the bonds. */
export type View = Atoms & {
  repeat: Vector;
  sites: number[];
  edges: [Vector, Vector][];
  bonds: [number, number][];
};

// The API's document says how many numbers there are in each; the types that are made from it do not.
export function atomsOf(told: Pick<Structure, 'symbols' | 'positions' | 'cell' | 'pbc'>): Atoms {
  return told as Atoms;
}

export function viewOf(told: components['schemas']['StructureView'] | null): View | null {
  return told as View | null;
}

/** Where a structure came from. */
export const SOURCES: Record<string, string> = {
  uploaded: 'Uploaded',
  generated: 'Built',
  optimized: 'Relaxed',
  imported: 'Imported',
};

const DIMENSIONS = [
  '0D: molecule or particle',
  '1D: wire, ribbon or tube',
  '2D: slab or sheet',
  '3D: crystal',
];

/** In how many directions a structure goes on, in words. */
export function dimensionalityOf(dimensionality: number | null | undefined): string {
  return (typeof dimensionality === 'number' && DIMENSIONS[dimensionality]) || 'unknown';
}

/** What a structure is called: its formula, else its label. */
export function nameOf(structure: { formula?: string | null; label?: string }): string {
  return structure.formula || structure.label || 'Structure';
}
