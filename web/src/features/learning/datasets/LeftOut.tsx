import { useState } from 'react';
import { Button } from '@/shared/ui/Button';
import { Card } from '@/shared/ui/Card';
import type { DatasetDetail } from '../learning';

const ROWS = 100;

/** Rows of the source that could not be used, each with the reason. */
export function LeftOut({ count, rows }: { count: number; rows: DatasetDetail['left_out_rows'] }) {
  const [shown, setShown] = useState(ROWS);
  const more = rows.length - shown;
  return (
    <Card title={`${count.toLocaleString('en')} rows left out`} flush>
      <div
        // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what scrolls must be reached by keyboard
        tabIndex={0}
        role="region"
        aria-label="Rows left out, with reasons"
        className="max-h-96 overflow-auto"
      >
        <table aria-label="Rows left out" className="w-full text-sm">
          <thead className="sticky top-0 bg-surface">
            <tr className="text-xs text-muted">
              <th scope="col" className="w-20 border-b border-line px-4 py-1.5 text-right font-medium">
                Row
              </th>
              <th scope="col" className="border-b border-line px-4 py-1.5 text-left font-medium">
                Reason
              </th>
            </tr>
          </thead>
          <tbody>
            {rows.slice(0, shown).map(({ row, reason }, at) => (
              <tr key={at} className="border-b border-line last:border-0">
                <td className="px-4 py-1.5 text-right align-top tabular">{row}</td>
                <td dir="auto" className="px-4 py-1.5 wrap-anywhere">
                  {reason}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
        {more > 0 && (
          <Button size="s" kind="quiet" className="m-2" onClick={() => setShown(shown + 5 * ROWS)}>
            {`${more.toLocaleString('en')} more rows`}
          </Button>
        )}
        {count > rows.length && (
          <p className="px-4 py-2 text-xs text-muted">
            {`The first ${rows.length.toLocaleString('en')} are shown; the node in the graph has all.`}
          </p>
        )}
      </div>
    </Card>
  );
}
