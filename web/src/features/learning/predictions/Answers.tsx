import { useMutation } from '@tanstack/react-query';
import { CircleCheck, FileSpreadsheet, TriangleAlert, Waypoints } from 'lucide-react';
import { useMemo, useState } from 'react';
import { save } from '@/shared/api/files';
import { Button } from '@/shared/ui/Button';
import { Card } from '@/shared/ui/Card';
import { Select } from '@/shared/ui/Field';
import { Link } from '@/shared/ui/Link';
import { ErrorPanel } from '@/shared/ui/states';
import { VirtualTable } from '@/shared/ui/VirtualTable';
import { inWords, percent } from '../learning';
import { columnsOf, type Order } from './columns';
import { csvOf, messagesOf, sorted } from './rows';
import { keep, type Told } from './usePredictions';

const SOME_MESSAGES = 4;

/** Predictions with their intervals: to sort, to take along, and to keep in the graph. */
export function Answers({ told, isWhole }: { told: Told; isWhole: boolean }) {
  const [order, setOrder] = useState<Order>({ by: 'given', isDown: false });
  const { rows, target, unit, coverage } = told;
  const items = useMemo(() => sorted(rows, order.by, order.isDown), [rows, order]);
  const name = `${inWords(target)}${unit && ` [${unit}]`}`;
  return (
    <Card
      flush
      title={`Predictions: ${name}`}
      actions={
        <span className="flex shrink-0 items-center gap-2">
          <SortSelect order={order} onChange={setOrder} />
          <Button
            size="s"
            icon={FileSpreadsheet}
            onClick={() => save(csvOf(items, target, unit), `predictions-${target}.csv`)}
          >
            CSV
          </Button>
        </span>
      }
    >
      <Summary told={told} />
      <div
        className="min-h-52 border-y border-line"
        style={{ height: `min(62dvh, ${40 * items.length + 68}px)` }}
      >
        <VirtualTable
          label="Predictions"
          list={listOf(items)}
          columns={columnsOf(unit, rows, order, setOrder)}
          rowKey={(row) => String(row.at)}
          empty={null}
        />
      </div>
      <div className="flex flex-wrap items-center justify-between gap-3 px-4 py-3 text-sm text-muted">
        <p>{`Bars are intervals that promise to hold ${percent(coverage)} of new measurements.`}</p>
        {isWhole && <Keep told={told} />}
      </div>
    </Card>
  );
}

const ORDERS: Record<string, Order> = {
  'As given': { by: 'given', isDown: false },
  'Largest first': { by: 'value', isDown: true },
  'Smallest first': { by: 'value', isDown: false },
  'Least sure first': { by: 'uncertainty', isDown: true },
  'Surest first': { by: 'uncertainty', isDown: false },
};

/** The order, on a phone: the heads of some columns are not there. */
function SortSelect({ order, onChange }: { order: Order; onChange: (order: Order) => void }) {
  const here = Object.keys(ORDERS).find(
    (word) => ORDERS[word]?.by === order.by && ORDERS[word].isDown === order.isDown,
  );
  return (
    <span className="md:hidden">
      <Select
        aria-label="Order"
        value={here}
        onChange={({ target: { value } }) => onChange(ORDERS[value] ?? order)}
        className="h-9! w-32!"
      >
        {Object.keys(ORDERS).map((word) => (
          <option key={word}>{word}</option>
        ))}
      </Select>
    </span>
  );
}

/** Rows that are all here, as a table of any length takes them. */
function listOf<Item>(items: Item[]) {
  return {
    items,
    isPending: false,
    error: null,
    hasNextPage: false,
    isFetchingNextPage: false,
    isFetchNextPageError: false,
    isOutdated: false,
    fetchNextPage: () => undefined,
    refetch: () => undefined,
  };
}

function Summary({ told: { rows, failed, cached } }: { told: Told }) {
  const outside = rows.filter((row) => row.outside).length;
  const messages = messagesOf(rows);
  const counts = [
    `${(rows.length - failed).toLocaleString('en')} of ${rows.length.toLocaleString('en')} structures predicted`,
    ...(outside > 0 ? [`${outside.toLocaleString('en')} outside the domain`] : []),
    ...(failed > 0 ? [`${failed.toLocaleString('en')} failed`] : []),
    ...(cached > 0 ? [`${cached.toLocaleString('en')} known already`] : []),
  ];
  return (
    <div className="flex flex-col gap-2 px-4 py-3 text-sm">
      <p role="status" aria-label="Predicted" className="tabular">
        {counts.join(' · ')}
      </p>
      {messages.length > 0 && (
        <ul aria-label="To know" className="flex flex-col gap-1 rounded-md bg-wait-soft px-3 py-2 text-wait">
          {messages.slice(0, SOME_MESSAGES).map(({ text, count }) => (
            <li key={text} className="flex items-start gap-2">
              <TriangleAlert aria-hidden size={15} className="mt-0.5 shrink-0" />
              <span className="min-w-0 wrap-anywhere first-letter:uppercase">
                {`${text}${count > 1 ? ` (${count.toLocaleString('en')} structures)` : ''}`}
              </span>
            </li>
          ))}
          {messages.length > SOME_MESSAGES && (
            <li className="pl-6">{`${messages.length - SOME_MESSAGES} more in the table`}</li>
          )}
        </ul>
      )}
    </div>
  );
}

/** Keep all of it as one process of the graph, once. */
function Keep({ told }: { told: Told }) {
  const run = useMutation({ mutationFn: () => keep(told.asked) });
  if (run.data !== undefined) {
    return (
      <p role="status" className="flex items-center gap-2 text-ok">
        <CircleCheck aria-hidden size={15} className="shrink-0" />
        <span>
          {'Kept as '}
          <Link href={`/graph/${run.data}`}>one process of the graph</Link>
        </span>
      </p>
    );
  }
  return (
    <div className="flex min-w-0 flex-col items-end gap-2">
      <Button icon={Waypoints} busy={run.isPending} onClick={() => run.mutate()}>
        Keep in the graph
      </Button>
      {run.error && <ErrorPanel error={run.error} title="Nothing was kept" />}
    </div>
  );
}
