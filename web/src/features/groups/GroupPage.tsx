import { useRouter } from 'next/router';
import { api } from '@/shared/api/client';
import { Page } from '@/shared/shell/Page';
import { CopyId } from '@/shared/ui/copy';
import { Async, SkeletonRows } from '@/shared/ui/states';
import { TimeAgo } from '@/shared/ui/TimeAgo';
import { Actions } from './Actions';
import type { Group } from './groups';
import { Members } from './Members';

/** One group: what is in it, and what one may do with it. */
export function GroupPage() {
  const { query, isReady } = useRouter();
  const uuid = typeof query.id === 'string' ? query.id : '';
  const group = api.useQuery(
    'get',
    '/api/groups/{uuid}',
    { params: { path: { uuid } } },
    { enabled: isReady && uuid !== '' },
  );
  if (group.data) return <Found key={uuid} group={group.data} />;
  return (
    <Page title="Group">
      <Async query={group} loading={<SkeletonRows rows={8} />}>
        {() => null}
      </Async>
    </Page>
  );
}

function Found({ group }: { group: Group }) {
  return (
    <Page title={group.name} fill subtitle={<Facts group={group} />} actions={<Actions group={group} />}>
      {group.description !== '' && (
        <div
          role="region"
          aria-label="Description"
          // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what scrolls must be reached by keyboard
          tabIndex={0}
          dir="auto"
          className="max-h-24 max-w-prose shrink-0 overflow-y-auto text-sm wrap-anywhere whitespace-pre-wrap"
        >
          {group.description}
        </div>
      )}
      <Members group={group} />
    </Page>
  );
}

function Facts({ group }: { group: Group }) {
  return (
    <div className="flex flex-wrap items-center gap-x-4">
      <span dir="auto" title={group.owner} className="max-w-full truncate">
        {group.owner}
      </span>
      <span>
        made <TimeAgo time={group.created} />
      </span>
      <CopyId id={group.uuid} />
    </div>
  );
}
