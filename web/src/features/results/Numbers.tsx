import { useState } from 'react';
import { Button } from '@/shared/ui/Button';
import { type DataTable, withUnit } from './plot';
import { format } from './quantity';

const ROWS = 200;

/** A table of numbers; long ones are shown in parts. */
export function Numbers({ label, table }: { label: string; table: DataTable }) {
  const [shown, setShown] = useState(ROWS);
  const more = table.rows.length - shown;
  return (
    <div
      // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what scrolls must be reached by keyboard
      tabIndex={0}
      role="region"
      aria-label={`${label}: numbers`}
      className="max-h-80 overflow-auto rounded-md border border-line"
    >
      <table aria-label={label} className="w-full text-sm tabular">
        <thead className="sticky top-0 bg-surface">
          <tr className="text-xs text-muted">
            {table.columns.map((column) => (
              <th
                key={column.name}
                scope="col"
                className="border-b border-line px-3 py-1.5 text-right font-medium"
              >
                {withUnit(column)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {table.rows.slice(0, shown).map((row, at) => (
            <tr key={at} className="border-b border-line last:border-0">
              {row.map((value, column) => (
                <td key={column} className="px-3 py-1 text-right whitespace-nowrap">
                  {value === null ? '–' : format(value, 8)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      {more > 0 && (
        <Button size="s" kind="quiet" className="m-2" onClick={() => setShown(shown + 5 * ROWS)}>
          {`${more.toLocaleString('en')} more rows`}
        </Button>
      )}
    </div>
  );
}
