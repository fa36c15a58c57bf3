import { ArrowDown, ArrowUp, CircleX, TriangleAlert } from 'lucide-react';
import { api } from '@/shared/api/client';
import { Badge } from '@/shared/ui/Badge';
import { classes } from '@/shared/ui/classes';
import { Formula } from '@/shared/ui/Formula';
import { Link } from '@/shared/ui/Link';
import type { Column } from '@/shared/ui/Table';
import { told } from '../learning';
import { IntervalBar } from './IntervalBar';
import { rangeOf, type Row, type Sort } from './rows';

export type Order = { by: Sort; isDown: boolean };

/** What the table says of each prediction. */
export function columnsOf(
  unit: string,
  rows: Row[],
  order: Order,
  setOrder: (order: Order) => void,
): Column<Row>[] {
  const range = rangeOf(rows);
  const header = (by: Sort, word: string) => (
    <SortButton by={by} order={order} onChange={setOrder}>
      {word}
    </SortButton>
  );
  return [
    {
      key: 'structure',
      header: header('given', 'Structure'),
      width: 'minmax(5.5rem, 2fr)',
      cell: (row) => <Name row={row} />,
    },
    {
      key: 'value',
      header: header('value', 'Prediction'),
      width: 'minmax(7rem, 1fr)',
      align: 'right',
      cell: (row) =>
        row.mean === null ? (
          <span className="text-muted">–</span>
        ) : (
          <b className="font-medium">{told(row.mean, unit)}</b>
        ),
    },
    {
      key: 'uncertainty',
      header: header('uncertainty', '± deviation'),
      width: 'minmax(8rem, 0.9fr)',
      align: 'right',
      wide: true,
      cell: ({ uncertainty }) => told(uncertainty, unit, 3),
    },
    {
      key: 'interval',
      header: 'Interval',
      width: 'minmax(6rem, 2.2fr)',
      cell: (row) => range && <IntervalBar row={row} range={range} unit={unit} />,
    },
    {
      key: 'domain',
      header: 'Domain',
      width: '7.5rem',
      wide: true,
      cell: ({ outside }) =>
        outside === true ? (
          <Badge kind="wait" icon={TriangleAlert}>
            Outside
          </Badge>
        ) : outside === false ? (
          <span className="text-muted">inside</span>
        ) : null,
    },
    {
      key: 'messages',
      header: 'To know',
      width: 'minmax(0, 2.4fr)',
      wide: true,
      cell: (row) => <Messages row={row} />,
    },
  ];
}

function SortButton({
  by,
  order,
  onChange,
  children,
}: {
  by: Sort;
  order: Order;
  onChange: (order: Order) => void;
  children: string;
}) {
  const isHere = order.by === by;
  const Icon = order.isDown ? ArrowDown : ArrowUp;
  const direction = order.isDown ? 'descending' : 'ascending';
  return (
    <button
      type="button"
      aria-label={`Sort by ${children.replace('± ', '')}${isHere ? `, now ${direction}` : ''}`}
      onClick={() => onChange({ by, isDown: isHere ? !order.isDown : by !== 'given' })}
      className={classes('inline-flex items-center gap-1 rounded hover:text-text', isHere && 'text-text')}
    >
      {children}
      <Icon aria-hidden size={12} className={classes('shrink-0', !isHere && 'invisible')} />
    </button>
  );
}

function Name({ row }: { row: Row }) {
  if (row.structure === null)
    return <span title={row.name ?? ''}>{row.name ?? `structure ${row.at + 1}`}</span>;
  return <Stored uuid={row.structure} />;
}

/** A structure of the graph by its formula, which is asked for when its row is seen. */
function Stored({ uuid }: { uuid: string }) {
  const found = api.useQuery(
    'get',
    '/api/structures/{structure_uuid}',
    { params: { path: { structure_uuid: uuid } } },
    { staleTime: Infinity },
  );
  const name = found.data?.formula ?? found.data?.label;
  return (
    <Link href={`/structures/${uuid}`} title={uuid} className="text-text no-underline hover:underline">
      {name ? <Formula>{name}</Formula> : uuid.slice(0, 8)}
    </Link>
  );
}

function Messages({ row }: { row: Row }) {
  if (row.error !== null) {
    return (
      <span title={row.error} className="inline-flex max-w-full items-center gap-1.5 text-bad">
        <CircleX aria-hidden size={14} className="shrink-0" />
        <span className="truncate">{row.error}</span>
      </span>
    );
  }
  const text = row.messages.join('; ');
  return (
    <span title={text} className="text-muted">
      {text}
    </span>
  );
}
