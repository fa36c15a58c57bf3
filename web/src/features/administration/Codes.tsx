import { Cpu, Plus } from 'lucide-react';
import { useState } from 'react';
import { useList } from '@/shared/api/list';
import type { components } from '@/shared/api/schema';
import { Button } from '@/shared/ui/Button';
import { Card } from '@/shared/ui/Card';
import { lazyViewer } from '@/shared/ui/lazyViewer';
import { Empty } from '@/shared/ui/states';
import type { Column } from '@/shared/ui/Table';
import { VirtualTable } from '@/shared/ui/VirtualTable';

type Code = components['schemas']['Code'];

const NewCode = lazyViewer(() => import('./NewCode'), 'h-0');
const COLUMNS: Column<Code>[] = [
  {
    key: 'label',
    header: 'Code',
    width: 'minmax(0, 3fr)',
    cell: (code) => <span title={code.description}>{code.label || 'without a label'}</span>,
  },
  {
    key: 'plugin',
    header: 'Calculation',
    width: 'minmax(0, 3fr)',
    wide: true,
    cell: (code) => <code>{code.plugin ?? 'any'}</code>,
  },
  { key: 'computer', header: 'Computer', width: 'minmax(0, 2fr)', cell: (code) => code.computer },
  {
    key: 'owner',
    header: 'Owner',
    width: 'minmax(0, 3fr)',
    wide: true,
    cell: (code) => <span title={code.owner}>{code.owner}</span>,
  },
];

/** The programs on computers that the administrator can submit to. */
export default function Codes() {
  const [isMaking, setMaking] = useState(false);
  const codes = useList('/api/codes');
  return (
    <Card
      title="Codes"
      flush
      actions={
        <Button size="s" icon={Plus} onClick={() => setMaking(true)}>
          New code
        </Button>
      }
    >
      <div className="h-80">
        <VirtualTable
          label="Codes"
          list={codes}
          columns={COLUMNS}
          rowKey={(code) => code.uuid}
          href={(code) => `/graph/${code.uuid}`}
          empty={
            <Empty icon={Cpu} title="No codes on computers that you can submit to">
              Provide a program here, or let <code>nanoos engines install</code> do it.
            </Empty>
          }
        />
      </div>
      {isMaking && <NewCode onClose={() => setMaking(false)} />}
    </Card>
  );
}
