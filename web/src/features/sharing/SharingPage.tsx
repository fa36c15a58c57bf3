import { Share2 } from 'lucide-react';
import { useRouter } from 'next/router';
import { useList } from '@/shared/api/list';
import { Page } from '@/shared/shell/Page';
import { Empty } from '@/shared/ui/states';
import { Tabs } from '@/shared/ui/Tabs';
import { VirtualTable } from '@/shared/ui/VirtualTable';
import { addressOf, columnsOf, type Direction } from './sharedColumns';

/** What others share with one, and what one shares. */
export function SharingPage() {
  const router = useRouter();
  const shown: Direction = router.query.shown === 'by_me' ? 'by_me' : 'with_me';
  const tab = (value: Direction, label: string) => ({
    value,
    label,
    content: <Shares direction={value} />,
  });
  return (
    <Page title="Sharing" subtitle="Materials, groups and data that people let each other see or change.">
      <Tabs
        label="Direction"
        value={shown}
        onChange={(value) =>
          void router.push({ query: value === 'by_me' ? { shown: value } : {} }, undefined, { shallow: true })
        }
        tabs={[tab('with_me', 'Shared with me'), tab('by_me', 'Shared by me')]}
      />
    </Page>
  );
}

const NOTHING = {
  with_me: [
    'Nothing is shared with you',
    'When somebody shares a material, a group or data with you, it is listed here.',
  ],
  by_me: [
    'You share nothing',
    'Open one of your materials and share it: with a person, or with everybody here.',
  ],
} as const;

function Shares({ direction }: { direction: Direction }) {
  const list = useList('/api/shares', { query: { direction, limit: 200 } });
  const [title, more] = NOTHING[direction];
  return (
    <div className="h-[min(40rem,70dvh)] overflow-hidden rounded-lg border border-line bg-surface shadow-card">
      <VirtualTable
        label={direction === 'by_me' ? 'Shared by me' : 'Shared with me'}
        list={list}
        columns={columnsOf(direction)}
        rowKey={(row) => `${row.kind} ${row.uuid} ${row.email}`}
        href={addressOf}
        empty={
          <Empty icon={Share2} title={title}>
            {more}
          </Empty>
        }
      />
    </div>
  );
}
