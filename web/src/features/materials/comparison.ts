import { withUncertainty } from '@/features/results/quantity';
import type { components } from '@/shared/api/schema';

export type Result = components['schemas']['MaterialResult'];
type Quantity = components['schemas']['ResultQuantity'];

/** What one engine has for a quantity: the value of its newest job. */
export type Cell = { quantity: Quantity; result: Result };
export type Line = { name: string; unit: string; cells: Map<string, Cell> };
export type Part = { workflow: string; lines: Line[] };
export type Comparison = { engines: string[]; parts: Part[] };

/** What the results are of: structures that differ in formula or size are not compared. */
export function subjectOf({ formula, number_of_atoms }: Result): string {
  const atoms =
    number_of_atoms === null ? '' : `, ${number_of_atoms} ${number_of_atoms === 1 ? 'atom' : 'atoms'}`;
  return `${formula ?? 'unknown formula'}${atoms}`;
}

/** Results, the newest first, as a table: a column an engine, a line a quantity, by what was computed. */
export function compare(results: Result[]): Comparison {
  const engines = [...new Set(results.map((one) => one.engine))].sort();
  const parts = new Map<string, Map<string, Line>>();
  for (const result of results) {
    const lines = parts.get(result.workflow) ?? new Map<string, Line>();
    parts.set(result.workflow, lines);
    for (const quantity of result.quantities) {
      const key = `${quantity.name} ${quantity.unit}`;
      const line = lines.get(key) ?? {
        name: quantity.name,
        unit: quantity.unit,
        cells: new Map<string, Cell>(),
      };
      lines.set(key, line);
      if (!line.cells.has(result.engine)) line.cells.set(result.engine, { quantity, result });
    }
  }
  return {
    engines,
    parts: [...parts]
      .map(([workflow, lines]) => ({ workflow, lines: [...lines.values()] }))
      .sort((a, b) => a.workflow.localeCompare(b.workflow)),
  };
}

/** A quantity's name for people: `bulk_modulus.voigt` is `Bulk modulus, Voigt`. */
export function nameOf(quantity: string): string {
  const words = quantity.replaceAll('.', ', ').replaceAll('_', ' ');
  return words.replace(/^.|\b(voigt|reuss|hill|young|poisson|fermi)\b/g, capital);
}

function capital(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}

/** A value in a few characters; what is a list says only its size. */
export function valueOf({ value, uncertainty }: Pick<Quantity, 'value' | 'uncertainty'>): string {
  if (typeof value === 'number')
    return withUncertainty(value, typeof uncertainty === 'number' ? uncertainty : undefined);
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (!Array.isArray(value)) return typeof value === 'string' ? value : JSON.stringify(value);
  const inner: unknown = value[0];
  return Array.isArray(inner) ? `${value.length} × ${inner.length} values` : `${value.length} values`;
}
