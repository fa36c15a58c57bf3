import { FlaskConical } from 'lucide-react';
import { RouteLink } from '@/shared/ui/RouteLink';
import { useState } from 'react';
import { wordOf } from '@/features/jobs/job';
import { api } from '@/shared/api/client';
import { useList } from '@/shared/api/list';
import type { components } from '@/shared/api/schema';
import { Button } from '@/shared/ui/Button';
import { Card } from '@/shared/ui/Card';
import { Select } from '@/shared/ui/Field';
import { Async, Empty } from '@/shared/ui/states';
import {
  type Cell,
  compare,
  type Line,
  nameOf,
  type Part,
  type Result,
  subjectOf,
  valueOf,
} from './comparison';

type EngineInfo = { name: string; label: string; scale: string };

/** What was computed of the structures of a material: engines side by side. */
export function Results({ material }: { material: components['schemas']['Material'] }) {
  const path = { material_id: material.material_id };
  const list = useList('/api/materials/{material_id}/results', { path, query: { limit: 200 } });
  const [chosen, choose] = useState<string | null>(null);
  const subjects = [...new Set(list.items.map(subjectOf))];
  const subject = chosen !== null && subjects.includes(chosen) ? chosen : subjects[0];
  const select = subjects.length > 1 && (
    <Select
      aria-label="Results of"
      value={subject}
      onChange={(event) => choose(event.target.value)}
      className="h-8! w-auto!"
    >
      {subjects.map((one) => (
        <option key={one}>{one}</option>
      ))}
    </Select>
  );
  return (
    <Card title="Results" actions={select} flush>
      <Async query={list}>
        {() =>
          subject === undefined ? (
            <Empty icon={FlaskConical} title="No results yet">
              Open a structure and run a simulation: what it computes is compared here, engine by engine.
            </Empty>
          ) : (
            <Comparison results={list.items.filter((one) => subjectOf(one) === subject)} />
          )
        }
      </Async>
      {list.hasNextPage && (
        <div className="border-t border-line p-2 text-center">
          <Button
            size="s"
            kind="quiet"
            busy={list.isFetchingNextPage}
            onClick={() => void list.fetchNextPage()}
          >
            Older results
          </Button>
        </div>
      )}
    </Card>
  );
}

function Comparison({ results }: { results: Result[] }) {
  const { data } = api.useQuery('get', '/api/engines', {}, { staleTime: Infinity });
  const { engines, parts } = compare(results);
  return (
    // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what scrolls must be reached by keyboard
    <div role="region" aria-label="Results by engine" tabIndex={0} className="overflow-x-auto">
      <table className="w-full text-sm">
        <thead>
          <tr className="border-b border-line align-bottom">
            <th
              scope="col"
              className="sticky left-0 bg-surface px-4 py-2 text-left text-xs font-medium text-muted"
            >
              Quantity
            </th>
            {engines.map((engine) => (
              <EngineHeader key={engine} engine={data?.find((one) => one.name === engine)} name={engine} />
            ))}
          </tr>
        </thead>
        {parts.map((part) => (
          <PartRows key={part.workflow} part={part} engines={engines} />
        ))}
      </table>
    </div>
  );
}

function EngineHeader({ engine, name }: { engine: EngineInfo | undefined; name: string }) {
  return (
    <th scope="col" className="min-w-36 px-4 py-2 text-right font-medium">
      <span className="block">{engine?.label ?? name}</span>
      <span className={engine?.scale === 'testing' ? 'text-xs text-wait' : 'text-xs font-normal text-muted'}>
        {engine?.scale === 'testing' ? 'not of a real material' : engine?.scale}
      </span>
    </th>
  );
}

function PartRows({ part, engines }: { part: Part; engines: string[] }) {
  return (
    <tbody>
      <tr className="bg-sunken">
        <th
          scope="rowgroup"
          colSpan={engines.length + 1}
          className="px-4 py-1.5 text-left text-xs font-semibold text-muted"
        >
          {wordOf(part)}
        </th>
      </tr>
      {part.lines.map((line) => (
        <QuantityRow key={`${line.name} ${line.unit}`} line={line} engines={engines} />
      ))}
    </tbody>
  );
}

function QuantityRow({ line, engines }: { line: Line; engines: string[] }) {
  return (
    <tr className="border-b border-line last:border-0">
      <th scope="row" className="sticky left-0 min-w-36 bg-surface px-4 py-2 text-left font-normal">
        {nameOf(line.name)}
        {line.unit && <span className="ml-1.5 text-xs text-muted">{line.unit}</span>}
      </th>
      {engines.map((engine) => (
        <td key={engine} className="px-4 py-2 text-right whitespace-nowrap tabular">
          <Value cell={line.cells.get(engine)} />
        </td>
      ))}
    </tr>
  );
}

/** A value, which leads to the job that computed it. */
function Value({ cell }: { cell: Cell | undefined }) {
  if (!cell) return <span className="text-muted">–</span>;
  return (
    <RouteLink
      href={`/jobs/${cell.result.job}`}
      title="The job that computed it"
      className="rounded decoration-current/40 underline-offset-3 hover:underline"
    >
      {valueOf(cell.quantity)}
    </RouteLink>
  );
}
