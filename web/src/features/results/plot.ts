/** A plot as data: what `Chart` draws, and what the table beside it and the CSV file say. */

export type Axis = { name: string; unit: string; log?: boolean };
export type Series = {
  name: string;
  x: number[];
  /** As many as `x`; null is a gap. */
  y: (number | null)[];
  look?: 'line' | 'points' | 'dashed';
  colour?: number;
  /** Left out of the legend and of the table: the other bands of a dispersion. */
  quiet?: boolean;
};
export type Mark = { at: number; label?: string; axis: 'x' | 'y'; strong?: boolean };
export type Plot = {
  title: string;
  /** What is worth saying beside the title. */
  note?: string;
  x: Axis;
  y: Axis;
  series: Series[];
  marks?: Mark[];
  /** A range of x that is not counted. */
  faded?: { from: number; to: number; label: string };
  /** Labels of x instead of numbers: points of a path. */
  ticks?: { at: number; label: string }[];
  yRange?: [number, number];
  /** The axis of x goes up: a density of states beside its bands. */
  sideways?: boolean;
};
export type DataTable = { columns: Axis[]; rows: (number | null)[][] };

export function withUnit({ name, unit }: Axis): string {
  return unit === '' ? name : `${name} (${unit})`;
}

/** The numbers of a plot, one row for each x. */
export function tableOf(plot: Plot): DataTable {
  const shown = plot.series.filter((one) => !one.quiet);
  const columns = [
    plot.x,
    ...shown.map((one) => ({ name: shown.length > 1 ? one.name : plot.y.name, unit: plot.y.unit })),
  ];
  const rows = mergedByX(shown).map(({ x, values }) => [x, ...values]);
  return { columns, rows };
}

/** All series at each x that any of them has, in the order of x; null where one has no value. */
export function mergedByX(series: Series[]): { x: number; values: (number | null)[] }[] {
  const rows = new Map<number, (number | null)[]>();
  series.forEach((one, column) => {
    one.x.forEach((x, at) => {
      const row = rows.get(x) ?? Array.from({ length: series.length }, () => null);
      row[column] = one.y[at] ?? null;
      rows.set(x, row);
    });
  });
  return [...rows].sort(([one], [other]) => one - other).map(([x, values]) => ({ x, values }));
}

/** A table as comma-separated values with a line of names and units. */
export function csvOf({ columns, rows }: DataTable): string {
  const quoted = (text: string) => (/[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
  const lines = rows.map((row) => row.map((value) => value ?? '').join(','));
  return [columns.map((column) => quoted(withUnit(column))).join(','), ...lines, ''].join('\n');
}
