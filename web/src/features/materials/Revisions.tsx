import { ArrowRight, Plus } from 'lucide-react';
import { useList } from '@/shared/api/list';
import type { components } from '@/shared/api/schema';
import { Button } from '@/shared/ui/Button';
import { Card } from '@/shared/ui/Card';
import { Async } from '@/shared/ui/states';
import { TimeAgo } from '@/shared/ui/TimeAgo';
import { type Change, changesBetween } from './changes';

type Revision = components['schemas']['WholeRevision'];

/** The revisions of a material, newest first, each with what it changed. */
export function Revisions({ materialId }: { materialId: string }) {
  const path = { material_id: materialId };
  const list = useList('/api/materials/{material_id}/revisions', { path, query: { limit: 20 } });
  return (
    <Card title="Revisions" flush>
      <Async query={list}>
        {() => (
          <ol aria-label="Revisions">
            {list.items.map((revision, at) => (
              <Entry key={revision.uuid} revision={revision} older={list.items[at + 1]} />
            ))}
          </ol>
        )}
      </Async>
      {list.hasNextPage && (
        <div className="border-t border-line p-2 text-center">
          <Button
            size="s"
            kind="quiet"
            busy={list.isFetchingNextPage}
            onClick={() => void list.fetchNextPage()}
          >
            Older revisions
          </Button>
        </div>
      )}
    </Card>
  );
}

function Entry({ revision, older }: { revision: Revision; older: Revision | undefined }) {
  const changes = older && changesBetween(older, revision);
  return (
    <li className="border-b border-line px-4 py-3 text-sm last:border-0">
      <div className="flex items-baseline justify-between gap-3">
        <span className="shrink-0 font-medium tabular">Revision {revision.revision}</span>
        <span className="flex min-w-0 gap-1.5 text-xs text-muted">
          <bdi title={revision.owner} className="truncate">
            {revision.owner}
          </bdi>
          <TimeAgo time={revision.created} />
        </span>
      </div>
      {changes && changes.length > 0 && (
        <dl className="mt-1.5 grid grid-cols-[minmax(0,1fr)_minmax(0,3fr)] gap-x-3 gap-y-1">
          {changes.map((change) => (
            <Difference key={`${change.what} ${change.before} ${change.after}`} change={change} />
          ))}
        </dl>
      )}
      {revision.revision === 1 && <p className="mt-1 text-muted">Created</p>}
    </li>
  );
}

function Difference({ change: { what, before, after } }: { change: Change }) {
  const [Sign, label] = before === null ? [Plus, 'added'] : [ArrowRight, 'now'];
  return (
    <>
      <dt dir="auto" title={what} className="truncate text-muted first-letter:uppercase">
        {what}
      </dt>
      <dd className="flex min-w-0 flex-wrap items-baseline gap-x-1.5">
        {before !== null && (
          <del dir="auto" title={before} className="line-clamp-3 max-w-full wrap-anywhere text-muted">
            {before}
          </del>
        )}
        {after !== null && (
          <span className="flex min-w-0 items-baseline gap-1.5">
            <Sign aria-label={label} size={12} className="shrink-0 translate-y-0.5 text-muted" />
            <ins dir="auto" title={after} className="line-clamp-3 min-w-0 wrap-anywhere no-underline">
              {after}
            </ins>
          </span>
        )}
      </dd>
    </>
  );
}
