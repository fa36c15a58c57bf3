import '../reload';
import { Database, Plus } from 'lucide-react';
import { useRouter } from 'next/router';
import { useList } from '@/shared/api/list';
import { useSession } from '@/shared/session/Session';
import { Page } from '@/shared/shell/Page';
import { Button } from '@/shared/ui/Button';
import { Card } from '@/shared/ui/Card';
import { lazyViewer } from '@/shared/ui/lazyViewer';
import { Empty } from '@/shared/ui/states';
import type { Column } from '@/shared/ui/Table';
import { TimeAgo } from '@/shared/ui/TimeAgo';
import { VirtualTable } from '@/shared/ui/VirtualTable';
import { type DatasetRow, inWords } from '../learning';
import { Places } from '../Places';

const NewDataset = lazyViewer(() => import('./NewDataset'), 'h-0');

/** All data sets that one may see; `?new` opens what makes one. */
export function DatasetsPage() {
  const router = useRouter();
  const { me } = useSession();
  const list = useList('/api/ml/datasets', { query: { limit: 100 } });
  const isOpen = router.query.new !== undefined;
  const show = (open: boolean) =>
    void router.replace({ pathname: router.pathname, query: open ? { new: '' } : {} }, undefined, {
      shallow: true,
    });
  return (
    <Page
      title="Data sets"
      fill
      actions={
        <Button kind="primary" icon={Plus} onClick={() => show(true)}>
          Make a data set
        </Button>
      }
    >
      <Places />
      <Card flush className="min-h-60 grow [&>div]:h-full">
        <VirtualTable
          label="Data sets"
          list={list}
          columns={columnsOf(me?.email)}
          rowKey={(dataset) => dataset.uuid}
          href={(dataset) => `/ml/datasets/${dataset.uuid}`}
          empty={
            <Empty icon={Database} title="No data sets yet">
              Structures with a number each, to learn from: of results in the graph, or of a published file.
            </Empty>
          }
        />
      </Card>
      {isOpen && <NewDataset onClose={() => show(false)} />}
    </Page>
  );
}

function columnsOf(me: string | undefined): Column<DatasetRow>[] {
  return [
    {
      key: 'name',
      header: 'Name',
      width: 'minmax(7rem, 2.4fr)',
      cell: ({ name }) => <span title={name}>{name}</span>,
    },
    {
      key: 'target',
      header: 'Target',
      width: 'minmax(5rem, 2fr)',
      wide: true,
      cell: ({ target }) => <span title={target}>{inWords(target)}</span>,
    },
    { key: 'unit', header: 'Unit', width: '6rem', wide: true, cell: ({ unit }) => unit || '–' },
    {
      key: 'count',
      header: 'Structures',
      width: '6.5rem',
      align: 'right',
      cell: ({ count }) => count.toLocaleString('en'),
    },
    {
      key: 'owner',
      header: 'Owner',
      width: 'minmax(0, 1.4fr)',
      wide: true,
      cell: ({ owner }) => (
        <span title={owner} className="text-muted">
          {owner === me ? 'you' : owner}
        </span>
      ),
    },
    {
      key: 'created',
      header: 'Made',
      width: '7.5rem',
      align: 'right',
      cell: ({ created }) => <TimeAgo time={created} />,
    },
  ];
}
