import { ArrowLeft, ArrowRight } from 'lucide-react';
import { useList } from '@/shared/api/list';
import { kindOf } from '@/shared/nodes/kinds';
import { Button } from '@/shared/ui/Button';
import { Async, SkeletonRows } from '@/shared/ui/states';
import { nameOf, wordOf } from './name';

/** What a node is linked to: first what it came from, then what came of it. */
export function Links({ uuid, onGo }: { uuid: string; onGo: (uuid: string) => void }) {
  const links = useList('/api/nodes/{uuid}/links', { path: { uuid }, query: { limit: 50 } });
  return (
    <Async query={links} loading={<SkeletonRows rows={3} />}>
      {() => (
        <>
          {links.items.length === 0 && <p className="text-sm text-muted">Nothing is linked to it.</p>}
          <ul aria-label="Links">
            {links.items.map(({ direction, type, label, node }) => {
              const Arrow = direction === 'incoming' ? ArrowRight : ArrowLeft;
              const Icon = kindOf(node.node_type).icon;
              return (
                <li
                  key={`${direction} ${type} ${label} ${node.uuid}`}
                  className="border-b border-line last:border-0"
                >
                  <button
                    type="button"
                    onClick={() => onGo(node.uuid)}
                    className="flex w-full items-center gap-2 rounded px-1 py-1.5 text-left text-sm hover:bg-hover pointer-coarse:min-h-11"
                  >
                    <Arrow
                      role="img"
                      aria-label={direction === 'incoming' ? 'comes in from' : 'goes out to'}
                      size={13}
                      className={
                        direction === 'incoming' ? 'shrink-0 text-muted' : 'shrink-0 rotate-180 text-muted'
                      }
                    />
                    <Icon aria-hidden size={14} className="shrink-0 text-muted" />
                    <span dir="auto" title={nameOf(node).slice(0, 500)} className="min-w-0 grow truncate">
                      {nameOf(node).slice(0, 200)}
                    </span>
                    <span
                      className="max-w-28 shrink-0 truncate text-xs text-muted"
                      title={`${type} ${label}`}
                    >
                      {label || wordOf(node)}
                    </span>
                  </button>
                </li>
              );
            })}
          </ul>
          {links.hasNextPage && (
            <Button
              size="s"
              kind="quiet"
              busy={links.isFetchingNextPage}
              onClick={() => void links.fetchNextPage()}
            >
              More links
            </Button>
          )}
        </>
      )}
    </Async>
  );
}
