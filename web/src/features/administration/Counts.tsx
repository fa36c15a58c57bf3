import { Sigma } from 'lucide-react';
import { Empty } from '@/shared/ui/states';
import { type Column, Table } from '@/shared/ui/Table';

type Row = [name: string, count: number];
const COLUMNS: Column<Row>[] = [
  { key: 'name', header: 'Name', cell: ([name]) => <span className="first-letter:uppercase">{name}</span> },
  {
    key: 'count',
    header: 'Number',
    width: '9rem',
    align: 'right',
    cell: ([, count]) => count.toLocaleString('en'),
  },
];

/** Numbers by name, largest first. */
export function Counts({ label, counts }: { label: string; counts: Record<string, number> }) {
  const rows = Object.entries(counts).sort(([, one], [, other]) => other - one);
  if (rows.length === 0) {
    return (
      <Empty icon={Sigma} title="Nothing is counted">
        There is nothing yet, or the database of this instance keeps no counts (PostgreSQL).
      </Empty>
    );
  }
  return <Table label={label} columns={COLUMNS} rows={rows} rowKey={([name]) => name} />;
}
