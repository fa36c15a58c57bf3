import { RouteLink } from './RouteLink';
import type { ReactNode } from 'react';
import { classes } from './classes';

/** A column; `width` is one of CSS grid (`minmax(0, 2fr)`, `8rem`), `wide` leaves it out on a phone. */
export type Column<Item> = {
  key: string;
  header: ReactNode;
  cell: (item: Item) => ReactNode;
  width?: string;
  align?: 'right';
  wide?: boolean;
  /** Its content is the link of the row; of the first column, when none says so. */
  link?: boolean;
};

export type TableProps<Item> = {
  /** What it is a list of, for who does not see it. */
  label: string;
  columns: Column<Item>[];
  rowKey: (item: Item) => string;
  /** Where a row leads: one cell becomes a link, which the whole row takes clicks for; null: nowhere. */
  href?: (item: Item) => string | null;
};

export const cellLook = (column: { align?: 'right'; wide?: boolean }) =>
  classes(
    'min-w-0 truncate px-4',
    column.align === 'right' ? 'text-right tabular' : 'text-left',
    column.wide && 'max-md:hidden',
  );

/** The column whose cells are the links of the rows. */
export function linkOf<Item>(columns: Column<Item>[]): Column<Item> | undefined {
  return columns.find((column) => column.link) ?? columns[0];
}

/** The cell of a row that is a link over the whole row, where it leads somewhere. */
export function LinkCell({ href, children }: { href: string | null | undefined; children: ReactNode }) {
  return typeof href === 'string' ? <RowLink href={href}>{children}</RowLink> : children;
}

/** A link over the whole row. */
export function RowLink({ href, children }: { href: string; children: ReactNode }) {
  return (
    <RouteLink
      href={href}
      data-row-link
      className="block truncate text-left font-medium before:absolute before:inset-0 focus-visible:outline-none focus-visible:before:rounded-md focus-visible:before:outline-2 focus-visible:before:-outline-offset-2 focus-visible:before:outline-accent"
    >
      {children}
    </RouteLink>
  );
}

/** `<Table label="Structures" columns={…} rows={…} rowKey={(row) => row.uuid} href={…} />`: for few rows. */
export function Table<Item>({ label, columns, rows, rowKey, href }: TableProps<Item> & { rows: Item[] }) {
  return (
    <table aria-label={label} className="w-full table-fixed text-sm">
      <colgroup>
        {columns.map((column) => (
          <col
            key={column.key}
            className={column.wide ? 'max-md:hidden' : undefined}
            style={column.width?.includes('fr') ? undefined : { width: column.width }}
          />
        ))}
      </colgroup>
      <thead>
        <tr className="border-b border-line text-left text-xs text-muted">
          {columns.map((column) => (
            <th key={column.key} scope="col" className={classes(cellLook(column), 'h-8 font-medium')}>
              {column.header}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <tr
            key={rowKey(row)}
            className={classes('relative border-b border-line last:border-0', href && 'hover:bg-hover')}
          >
            {columns.map((column) => (
              <td key={column.key} dir="auto" className={classes(cellLook(column), 'h-10')}>
                {column === linkOf(columns) ? (
                  <LinkCell href={href?.(row)}>{column.cell(row)}</LinkCell>
                ) : (
                  column.cell(row)
                )}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
