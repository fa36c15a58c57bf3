import { Cpu } from 'lucide-react';
import { api } from '@/shared/api/client';
import type { components } from '@/shared/api/schema';
import { Card } from '@/shared/ui/Card';
import { Async, Empty } from '@/shared/ui/states';
import { type Column, Table } from '@/shared/ui/Table';

type Code = components['schemas']['Code'];
const MOST = 200;
const COLUMNS: Column<Code>[] = [
  {
    key: 'label',
    header: 'Code',
    cell: (code) => <span title={code.description}>{code.label || 'without a label'}</span>,
  },
  { key: 'plugin', header: 'Calculation', cell: (code) => <code>{code.plugin ?? 'any'}</code>, wide: true },
  { key: 'computer', header: 'Computer', cell: (code) => code.computer },
];

/** The programs that one may run. */
export function Codes() {
  const query = api.useQuery('get', '/api/codes', { params: { query: { limit: MOST } } });
  return (
    <Card title="Codes" flush>
      <Async query={query}>
        {({ items, after }) =>
          items.length === 0 ? (
            <Empty icon={Cpu} title="No codes that you can run">
              An administrator provides programs, or <code>nanoos engines install</code> does.
            </Empty>
          ) : (
            <>
              <Table
                label="Codes"
                columns={COLUMNS}
                rows={items}
                rowKey={(code) => code.uuid}
                href={hrefOf}
              />
              {after !== null && <p className="px-4 py-2 text-xs text-muted">{`The newest ${MOST}.`}</p>}
            </>
          )
        }
      </Async>
    </Card>
  );
}

function hrefOf(code: Code): string {
  return `/graph/${code.uuid}`;
}
