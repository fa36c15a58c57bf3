import { Network } from 'lucide-react';
import { api } from '@/shared/api/client';
import type { components } from '@/shared/api/schema';
import { kindOf, type NodeKind } from '@/shared/nodes/kinds';
import { Card } from '@/shared/ui/Card';
import { Async, Empty } from '@/shared/ui/states';

const SHOWN = 8;
type Counts = components['schemas']['Counts'];

/** How many nodes of each type there are. */
export function NodeCounts() {
  const query = api.useQuery('get', '/api/statistics', {});
  return (
    <Card title="Nodes by type">
      <Async query={query}>
        {({ own, shared }) => {
          const rows = byKind(own, shared);
          if (rows.length === 0) return <Empty icon={Network} title="No nodes yet" />;
          const most = rows[0]?.count ?? 1;
          return (
            <ul className="flex flex-col gap-2.5 text-sm">
              {rows.slice(0, SHOWN).map(({ kind, count }) => (
                <li key={kind.word} className="flex items-center gap-2.5">
                  <kind.icon aria-hidden size={15} className="shrink-0 text-muted" />
                  <span className="w-28 shrink-0 truncate">{kind.word}</span>
                  <span aria-hidden className="h-1.5 grow overflow-hidden rounded-full bg-sunken">
                    <span
                      className="block h-full rounded-full bg-accent"
                      style={{ width: `${(100 * count) / most}%` }}
                    />
                  </span>
                  <span className="w-14 shrink-0 text-right text-muted tabular">
                    {count.toLocaleString('en')}
                  </span>
                </li>
              ))}
            </ul>
          );
        }}
      </Async>
    </Card>
  );
}

/** Numbers by what a node is called, most first. */
function byKind(...counted: Counts[]): { kind: NodeKind; count: number }[] {
  const found = new Map<string, { kind: NodeKind; count: number }>();
  for (const [type, count] of counted.flatMap((counts) => Object.entries(counts.by_type))) {
    const kind = kindOf(type);
    found.set(kind.word, { kind, count: (found.get(kind.word)?.count ?? 0) + count });
  }
  return [...found.values()].sort((one, other) => other.count - one.count);
}
