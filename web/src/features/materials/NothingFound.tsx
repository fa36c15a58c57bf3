import { useQueries } from '@tanstack/react-query';
import { FilterX } from 'lucide-react';
import { client } from '@/shared/api/client';
import { Button } from '@/shared/ui/Button';
import { Empty } from '@/shared/ui/states';
import { activeFilters, type Filters, NO_FILTERS, queryOf } from './filters';

/** No material fits: which filter to take away so that some do. */
export function NothingFound({
  filters,
  change,
}: {
  filters: Filters;
  change: (changes: Partial<Filters>) => unknown;
}) {
  const active = activeFilters(filters);
  const tried = useQueries({
    queries: active.map(({ without }) => {
      const query = { ...queryOf(without), limit: 1 };
      return {
        queryKey: ['get', '/api/materials', { params: { query } }, 'any'],
        queryFn: async ({ signal }: { signal: AbortSignal }) => {
          const { data } = await client.GET('/api/materials', { params: { query }, signal });
          return (data?.items.length ?? 0) > 0;
        },
      };
    }),
  });
  const helpful = active.filter((_, at) => tried[at]?.data === true);
  const isKnown = tried.every((one) => !one.isPending);
  return (
    <Empty
      icon={FilterX}
      title={active.length > 1 ? `No material fits all ${active.length} filters` : 'No material fits'}
      action={
        <div className="flex flex-wrap justify-center gap-2">
          {helpful.map(({ label, without }) => (
            <Button key={label} onClick={() => void change(without)} className="max-w-full">
              <bdi className="truncate">Remove: {label}</bdi>
            </Button>
          ))}
          {active.length > 1 && (
            <Button kind="quiet" onClick={() => void change({ ...NO_FILTERS, sort: filters.sort })}>
              Remove all
            </Button>
          )}
        </div>
      }
    >
      {isKnown &&
        (helpful.length > 0
          ? `There are materials without ${helpful.length > 1 ? 'one of these filters' : 'this filter'}:`
          : 'To take away one filter is not enough to find any.')}
    </Empty>
  );
}
