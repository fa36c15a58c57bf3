import { Gem } from 'lucide-react';
import { api } from '@/shared/api/client';
import { ButtonLink } from '@/shared/ui/Button';
import { Card } from '@/shared/ui/Card';
import { Formula } from '@/shared/ui/Formula';
import { Async, Empty } from '@/shared/ui/states';
import { RowLink } from '@/shared/ui/Table';
import { TimeAgo } from '@/shared/ui/TimeAgo';

/** The materials that were changed last. */
export function RecentMaterials() {
  const query = api.useQuery('get', '/api/materials', { params: { query: { limit: 6 } } });
  const all = (
    <ButtonLink href="/materials" kind="quiet" size="s">
      All
    </ButtonLink>
  );
  return (
    <Card title="Recent materials" actions={all} flush>
      <Async query={query}>
        {({ items }) =>
          items.length === 0 ? (
            <Empty icon={Gem} title="No materials yet">
              Upload a structure: its material is made with it.
            </Empty>
          ) : (
            <ul>
              {items.map((material) => (
                <li
                  key={material.material_id}
                  className="relative flex items-center gap-3 border-b border-line px-4 py-2 text-sm last:border-0 hover:bg-hover"
                >
                  <div dir="auto" title={material.name} className="min-w-0 grow">
                    <RowLink href={`/materials/${material.material_id}`}>{material.name}</RowLink>
                  </div>
                  {material.formula && (
                    <span className="max-w-28 shrink-0 truncate text-muted">
                      <Formula>{material.formula}</Formula>
                    </span>
                  )}
                  <span className="w-20 shrink-0 text-right text-xs text-muted">
                    <TimeAgo time={material.created} />
                  </span>
                </li>
              ))}
            </ul>
          )
        }
      </Async>
    </Card>
  );
}
