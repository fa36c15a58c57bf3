import {
  CartesianGrid,
  ErrorBar,
  ReferenceLine,
  ResponsiveContainer,
  Scatter,
  ScatterChart,
  Tooltip,
  XAxis,
  YAxis,
} from 'recharts';
import { linear } from '@/features/results/axis';
import { format } from '@/features/results/quantity';
import { withUnit } from '@/features/results/plot';
import type { Parity } from '../learning';

/** More points than these are one patch, and slow. */
const MOST = 1500;
const TEXT = { fill: 'var(--text-muted)', fontSize: 11 };

type Point = { row: number; x: number; y: number; bar: [number, number]; outside: boolean };

/** Predictions with their intervals against targets; on the diagonal they are the same. */
export default function ParityChart({ parity, unit }: { parity: Parity; unit: string }) {
  const points = thinned(pointsOf(parity));
  const inside = points.filter((point) => !point.outside);
  const outside = points.filter((point) => point.outside);
  const { domain, ticks, told } = linear([...parity.target, ...parity.mean], true);
  const look = {
    type: 'number' as const,
    domain: [...domain],
    ticks,
    tickFormatter: told,
    interval: 0,
    tick: TEXT,
    stroke: 'var(--line-strong)',
    allowDataOverflow: true,
  };
  return (
    <div className="min-w-0">
      <ul className="flex flex-wrap justify-end gap-x-4 gap-y-1 px-4 text-xs text-muted">
        <Key name="in the domain" colour="var(--accent)" />
        {outside.length > 0 && <Key name="outside the domain" colour="var(--wait)" isDiamond />}
        {points.length < parity.rows.length && (
          <li>{`${points.length.toLocaleString('en')} of ${parity.rows.length.toLocaleString('en')} rows drawn`}</li>
        )}
      </ul>
      <ResponsiveContainer width="100%" height={400}>
        <ScatterChart
          margin={{ top: 12, right: 16, bottom: 22, left: 14 }}
          title="Prediction against target"
          accessibilityLayer={false}
        >
          <CartesianGrid stroke="var(--line)" />
          <XAxis
            {...look}
            dataKey="x"
            height={34}
            label={{
              value: withUnit({ name: 'target', unit }),
              position: 'insideBottom',
              offset: -6,
              ...TEXT,
            }}
          />
          <YAxis
            {...look}
            dataKey="y"
            width={64}
            label={{
              value: withUnit({ name: 'prediction', unit }),
              angle: -90,
              position: 'insideLeft',
              style: { textAnchor: 'middle' },
              ...TEXT,
            }}
          />
          <ReferenceLine
            segment={[
              { x: domain[0], y: domain[0] },
              { x: domain[1], y: domain[1] },
            ]}
            stroke="var(--text-muted)"
            strokeDasharray="5 4"
          />
          <Tooltip content={<Told unit={unit} />} isAnimationActive={false} cursor={false} />
          {drawn(inside, 'var(--accent)', 'circle')}
          {drawn(outside, 'var(--wait)', 'diamond')}
        </ScatterChart>
      </ResponsiveContainer>
    </div>
  );
}

function drawn(points: Point[], colour: string, shape: 'circle' | 'diamond') {
  if (points.length === 0) return null;
  return (
    <Scatter data={points} fill={colour} shape={shape} isAnimationActive={false} fillOpacity={0.85}>
      <ErrorBar
        dataKey="bar"
        direction="y"
        width={0}
        stroke={colour}
        strokeWidth={1}
        opacity={0.35}
        isAnimationActive={false}
      />
    </Scatter>
  );
}

function pointsOf({ rows, target, mean, lower, upper, outside }: Parity): Point[] {
  return rows.map((row, at) => {
    const y = mean[at] ?? NaN;
    const bar: [number, number] = [y - (lower[at] ?? y), (upper[at] ?? y) - y];
    return { row, x: target[at] ?? NaN, y, bar, outside: outside[at] ?? false };
  });
}

/** As many points as can be drawn, evenly over the rows; those outside the domain are all kept. */
function thinned(points: Point[]): Point[] {
  const every = Math.ceil(points.length / MOST);
  return points.filter((point, at) => point.outside || at % every === 0);
}

function Key({ name, colour, isDiamond = false }: { name: string; colour: string; isDiamond?: boolean }) {
  return (
    <li className="flex items-center gap-1.5">
      <svg aria-hidden width="18" height="10">
        {isDiamond ? (
          <path d="M9 0l5 5-5 5-5-5z" fill={colour} />
        ) : (
          <circle cx="9" cy="5" r="3.5" fill={colour} />
        )}
      </svg>
      {name}
    </li>
  );
}

function Told({
  unit,
  active,
  payload,
}: {
  unit: string;
  active?: boolean;
  payload?: { payload?: Point }[];
}) {
  const point = payload?.[0]?.payload;
  if (!active || point === undefined) return null;
  const lines: [string, string][] = [
    ['row', String(point.row)],
    [withUnit({ name: 'target', unit }), format(point.x, 5)],
    [withUnit({ name: 'prediction', unit }), format(point.y, 5)],
    [
      withUnit({ name: 'interval', unit }),
      `${format(point.y - point.bar[0], 4)} to ${format(point.y + point.bar[1], 4)}`,
    ],
  ];
  return (
    <dl className="grid grid-cols-[auto_auto] gap-x-3 rounded-md border border-line bg-raised px-2.5 py-1.5 text-xs shadow-raised">
      {lines.map(([name, text]) => (
        <div key={name} className="contents">
          <dt className="text-muted">{name}</dt>
          <dd className="text-right tabular">{text}</dd>
        </div>
      ))}
      {point.outside && <dd className="col-span-2 text-wait">outside the domain</dd>}
    </dl>
  );
}
