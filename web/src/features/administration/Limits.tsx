import { api } from '@/shared/api/client';
import type { components } from '@/shared/api/schema';
import { Card } from '@/shared/ui/Card';
import { Async } from '@/shared/ui/states';
import { type Column, Table } from '@/shared/ui/Table';

type Limit = components['schemas']['Limit'];

const COLUMNS: Column<Limit>[] = [
  {
    key: 'description',
    header: 'What is bounded',
    cell: ({ name, description }) => (
      <span title={description} className="block truncate first-letter:uppercase">
        <span className="mr-3 font-medium">{name.replaceAll('_', ' ')}</span>
        <span className="text-muted">{description.replace(/^\[s\] /, '')}</span>
      </span>
    ),
  },
  { key: 'value', header: 'Now', width: '9rem', align: 'right', cell: (limit) => valueOf(limit) },
  {
    key: 'variable',
    header: 'Set by',
    width: '22rem',
    wide: true,
    cell: ({ variable }) => <code>{variable}</code>,
  },
];

/** What people may do at most. */
export default function Limits() {
  const query = api.useQuery('get', '/api/instance/limits', {});
  return (
    <div className="flex flex-col gap-4">
      <p className="max-w-prose text-sm text-muted">
        They hold for everybody. To change one, set the environment variable, or the same name in{' '}
        <code>api.yaml</code> in the home of the instance, and start it again.
      </p>
      <Card flush>
        <Async query={query}>
          {(limits) => <Table label="Limits" columns={COLUMNS} rows={limits} rowKey={({ name }) => name} />}
        </Async>
      </Card>
    </div>
  );
}

function valueOf({ name, value }: Limit): string {
  if (typeof value === 'string') return value;
  if (name.endsWith('_bytes')) return `${(value / 1e6).toLocaleString('en')} MB`;
  return `${value.toLocaleString('en')}${/_(seconds|timeout)$/.test(name) ? ' s' : ''}`;
}
