import { api } from '@/shared/api/client';
import type { components } from '@/shared/api/schema';
import { Async, Skeleton } from '@/shared/ui/states';

type Counts = components['schemas']['Counts'];

/** A few numbers at a glance. */
export function Figures() {
  const query = api.useQuery('get', '/api/statistics', {});
  return (
    <section aria-label="Figures" className="rounded-lg border border-line bg-surface shadow-card">
      <Async
        query={query}
        loading={
          <FourFigures figures={[['Structures'], ['Running processes'], ['Failed processes'], ['Nodes']]} />
        }
      >
        {({ own, shared }) => (
          <FourFigures
            figures={[
              ['Structures', ofType(own, 'data.core.structure.') + ofType(shared, 'data.core.structure.')],
              [
                'Running processes',
                inStates(own, ['created', 'waiting', 'running']) +
                  inStates(shared, ['created', 'waiting', 'running']),
              ],
              [
                'Failed processes',
                inStates(own, ['failed', 'excepted']) + inStates(shared, ['failed', 'excepted']),
              ],
              ['Nodes', own.nodes + shared.nodes, shared.complete ? undefined : 'and more that are shared'],
            ]}
          />
        )}
      </Async>
    </section>
  );
}

function FourFigures({ figures }: { figures: [word: string, value?: number, note?: string][] }) {
  return (
    <dl className="grid grid-cols-2 gap-px overflow-hidden rounded-lg bg-line md:grid-cols-4">
      {figures.map(([word, value, note]) => (
        <div key={word} className="flex flex-col gap-1 bg-surface px-4 py-3.5">
          <dt className="text-xs text-muted">{word}</dt>
          <dd className="text-2xl font-semibold tracking-tight tabular" title={note}>
            {value === undefined ? <Skeleton className="my-1 h-6 w-14" /> : value.toLocaleString('en')}
            {note && '+'}
          </dd>
        </div>
      ))}
    </dl>
  );
}

function ofType(counts: Counts, type: string): number {
  return sum(Object.entries(counts.by_type).filter(([name]) => name.startsWith(type)));
}

function inStates(counts: Counts, states: string[]): number {
  return sum(Object.entries(counts.by_state).filter(([name]) => states.includes(name)));
}

function sum(entries: [string, number][]): number {
  return entries.reduce((total, [, count]) => total + count, 0);
}
