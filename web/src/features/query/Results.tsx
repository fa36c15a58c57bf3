import { ScanSearch } from 'lucide-react';
import { useMemo } from 'react';
import { Card } from '@/shared/ui/Card';
import { Link } from '@/shared/ui/Link';
import { Empty, ErrorPanel } from '@/shared/ui/states';
import type { Column } from '@/shared/ui/Table';
import { TimeAgo } from '@/shared/ui/TimeAgo';
import { VirtualTable } from '@/shared/ui/VirtualTable';
import { Download } from './Download';
import { columnsOf, type NumberedRow, type Run, type useRows } from './rows';

const UUID = /^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$/;
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[.\d]*Z$/;
/** [rem] A column is as wide as what it usually has. */
const WIDTHS = { uuid: 21, other: 11 };

/** The rows of a query as a table, which goes on as one scrolls. */
export function Results({ run, rows }: { run: Run | null; rows: ReturnType<typeof useRows> }) {
  const columns = useMemo(() => columnsOf(rows.items.map(({ row }) => row)), [rows.items]);
  const widths = columns.map(({ key }) => (key === 'uuid' ? WIDTHS.uuid : WIDTHS.other));
  const shown = columns.map(({ tag, key }, index): Column<NumberedRow> => ({
    key: `${tag} ${key}`,
    header: (
      <span title={`${tag}.${key}`}>
        <span className="font-normal">{tag}</span> {key}
      </span>
    ),
    width: `minmax(${widths[index]}rem, 1fr)`,
    cell: ({ row }) => <Value value={row[tag]?.[key]} isUuid={key === 'uuid'} />,
  }));
  return (
    <Card title="Rows" flush actions={run && <Download run={run} />}>
      {run === null ? (
        <Empty icon={ScanSearch} title="Nothing has been run yet">
          Run the query with <kbd>Ctrl</kbd> <kbd>Enter</kbd>. Start from an example if it is the first one.
        </Empty>
      ) : rows.error && rows.items.length === 0 ? (
        <ErrorPanel error={rows.error} retry={rows.refetch} />
      ) : (
        <div className="overflow-x-auto">
          <div
            style={{
              minWidth: `${widths.reduce((a, b) => a + b, 0)}rem`,
              height: rows.items.length === 0 ? '14rem' : `min(32rem, ${4.5 + 2.5 * rows.items.length}rem)`,
            }}
          >
            <VirtualTable
              label="Rows"
              list={rows}
              columns={shown}
              rowKey={({ number }) => String(number)}
              empty={
                <Empty icon={ScanSearch} title="No row fits">
                  The query is right, and nothing that you see fits it.
                </Empty>
              }
            />
          </div>
        </div>
      )}
    </Card>
  );
}

function Value({ value, isUuid }: { value: unknown; isUuid: boolean }) {
  if (value === null || value === undefined) return <span className="text-muted">–</span>;
  if (typeof value === 'number') return <span className="tabular">{value}</span>;
  if (typeof value !== 'string') {
    const text = JSON.stringify(value);
    return (
      <code title={text.slice(0, 2000)} className="text-muted">
        {text.slice(0, 300)}
      </code>
    );
  }
  if (isUuid && UUID.test(value))
    return (
      <Link href={`/graph/${value}`} className="font-mono text-xs">
        {value}
      </Link>
    );
  if (TIME.test(value)) return <TimeAgo time={value} />;
  return <bdi title={value.slice(0, 2000)}>{value.slice(0, 300)}</bdi>;
}
