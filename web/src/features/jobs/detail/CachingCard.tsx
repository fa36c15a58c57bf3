import { api } from '@/shared/api/client';
import { Card } from '@/shared/ui/Card';
import { CopyId } from '@/shared/ui/copy';
import { Link } from '@/shared/ui/Link';
import { Async } from '@/shared/ui/states';

/** Which calculations were taken from the cache, why, and from which earlier ones. */
export function CachingCard({ uuid, isOver }: { uuid: string; isOver: boolean }) {
  const query = api.useQuery(
    'get',
    '/api/jobs/{uuid}/caching',
    { params: { path: { uuid } } },
    { staleTime: isOver ? 'static' : 60_000 },
  );
  return (
    <Card title="Caching">
      <Async query={query}>
        {({ calculations, taken }) => {
          if (calculations.length === 0)
            return <p className="text-sm text-muted">No calculation has been made.</p>;
          const hits = calculations.filter((one) => one.from_cache);
          return (
            <div className="flex flex-col gap-2 text-sm">
              <p>
                {taken === 0
                  ? `All ${calculations.length} calculations were computed.`
                  : `${taken} of ${calculations.length} calculations were taken from the cache: earlier ones had the same inputs, code and version.`}
              </p>
              {hits.length > 0 && (
                <details>
                  <summary className="text-muted hover:text-text">Which, and from where</summary>
                  <ul className="mt-2 flex max-h-60 flex-col gap-1.5 overflow-y-auto">
                    {hits.map((one) => (
                      <li key={one.uuid} className="flex flex-wrap items-center gap-x-2">
                        <Link href={`/graph/${one.uuid}`}>{one.process}</Link>
                        {one.source === null ? (
                          <span className="text-xs text-muted">from one that you do not see</span>
                        ) : (
                          <span className="inline-flex items-center gap-1 text-xs text-muted">
                            from <Link href={`/graph/${one.source}`}>the earlier one</Link>
                            <CopyId id={one.source} />
                          </span>
                        )}
                      </li>
                    ))}
                  </ul>
                </details>
              )}
            </div>
          );
        }}
      </Async>
    </Card>
  );
}
