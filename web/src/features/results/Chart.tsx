import {
  CartesianGrid,
  Line,
  LineChart,
  ReferenceArea,
  ReferenceLine,
  ResponsiveContainer,
  Tooltip,
  XAxis,
  YAxis,
} from 'recharts';
import { mergedByX, type Plot, type Series, withUnit } from './plot';
import { format } from './quantity';
import { linear, logarithmic, type Scale } from './axis';

/** Told apart by lightness as well as by hue, for who sees no colours. */
const COLOURS = ['var(--accent)', 'var(--wait)', 'var(--run)', 'var(--bad)', 'var(--ok)'];
const TEXT = { fill: 'var(--text-muted)', fontSize: 11 };
const MARGIN = { top: 12, right: 16, bottom: 22, left: 14 };

/** A plot by recharts, in the colours of the theme. */
export default function Chart({ plot, height = 300 }: { plot: Plot; height?: number }) {
  const rows = mergedByX(plot.series).map(({ x, values }) => ({
    x,
    ...Object.fromEntries(values.entries()),
  }));
  const named = plot.series.filter((one) => !one.quiet);
  const points = plot.series.some((one) => one.look === 'points');
  const x = axis(
    plot.ticks
      ? alongPath(plot)
      : linear(
          plot.series.flatMap((one) => one.x),
          points || plot.sideways === true,
        ),
    'x',
  );
  const values = plot.series.flatMap((one) => one.y).filter((value) => value !== null);
  const y = axis(plot.y.log ? logarithmic(values) : linear(values, plot.yRange === undefined, plot.yRange));
  const [flat, upright] = plot.sideways ? [y, x] : [x, y];
  const [flatName, uprightName] = plot.sideways ? [plot.y, plot.x] : [plot.x, plot.y];
  return (
    <div className="min-w-0">
      {named.length > 1 && <Legend named={named} />}
      <ResponsiveContainer width="100%" height={height}>
        <LineChart
          data={rows}
          margin={MARGIN}
          layout={plot.sideways ? 'vertical' : 'horizontal'}
          title={plot.title}
          accessibilityLayer={false}
        >
          <CartesianGrid stroke="var(--line)" vertical={plot.ticks === undefined} />
          <XAxis
            {...flat}
            domain={[...flat.domain]}
            height={34}
            label={{ value: withUnit(flatName), position: 'insideBottom', offset: -6, ...TEXT }}
          />
          <YAxis
            {...upright}
            domain={[...upright.domain]}
            width={64}
            label={{
              value: withUnit(uprightName),
              angle: -90,
              position: 'insideLeft',
              style: { textAnchor: 'middle' },
              ...TEXT,
            }}
          />
          {plot.faded && (
            <ReferenceArea
              x1={plot.faded.from}
              x2={plot.faded.to}
              fill="var(--text-muted)"
              fillOpacity={0.13}
              label={{ value: plot.faded.label, position: 'insideTop', ...TEXT }}
            />
          )}
          {plot.ticks?.map((tick) => (
            <ReferenceLine key={tick.at} x={tick.at} stroke="var(--line-strong)" />
          ))}
          {plot.marks?.map((mark) => (
            <ReferenceLine
              key={`${mark.axis}${mark.at}`}
              {...((mark.axis === 'x') === (plot.sideways ?? false) ? { y: mark.at } : { x: mark.at })}
              stroke={mark.strong ? 'var(--wait)' : 'var(--text-muted)'}
              strokeWidth={mark.strong ? 1.5 : 1}
              strokeDasharray="5 4"
              label={mark.label && { value: mark.label, position: 'insideTopRight', ...TEXT }}
            />
          ))}
          {!plot.ticks && <Tooltip content={<Told plot={plot} />} isAnimationActive={false} />}
          {plot.series.map((one, at) => drawn(one, at, named))}
        </LineChart>
      </ResponsiveContainer>
    </div>
  );
}

function colourOf(one: Series, named: Series[]): string {
  return COLOURS[(one.colour ?? Math.max(0, named.indexOf(one))) % COLOURS.length] ?? 'var(--accent)';
}

function Legend({ named }: { named: Series[] }) {
  return (
    <ul className="flex flex-wrap justify-end gap-x-4 gap-y-1 px-4 text-xs text-muted">
      {named.map((one, at) => (
        <li key={at} className="flex items-center gap-1.5">
          <svg aria-hidden width="18" height="8">
            {one.look === 'points' ? (
              <circle cx="9" cy="4" r="3.5" fill={colourOf(one, named)} />
            ) : (
              <path d="M0 4h18" stroke={colourOf(one, named)} strokeWidth="2" />
            )}
          </svg>
          {one.name}
        </li>
      ))}
    </ul>
  );
}

function drawn(one: Series, at: number, named: Series[]) {
  const colour = colourOf(one, named);
  const isPoints = one.look === 'points';
  return (
    <Line
      key={at}
      dataKey={String(at)}
      name={one.name}
      stroke={isPoints ? 'none' : colour}
      strokeWidth={1.6}
      strokeDasharray={one.look === 'dashed' ? '6 4' : undefined}
      dot={isPoints ? { r: 3.5, fill: colour, stroke: 'var(--surface)', strokeWidth: 1 } : false}
      activeDot={isPoints ? { r: 5, fill: colour } : { r: 3, fill: colour }}
      connectNulls={!one.y.includes(null)}
      isAnimationActive={false}
    />
  );
}

type Payload = { payload?: { x: number } & Record<number, number | null> };

function Told({ plot, active, payload }: { plot: Plot; active?: boolean; payload?: Payload[] }) {
  const row = payload?.[0]?.payload;
  if (!active || row === undefined) return null;
  return (
    <dl className="grid grid-cols-[auto_auto] gap-x-3 rounded-md border border-line bg-raised px-2.5 py-1.5 text-xs shadow-raised">
      <dt className="text-muted">{withUnit(plot.x)}</dt>
      <dd className="text-right tabular">{format(row.x)}</dd>
      {plot.series.map((one, at) => {
        const value = row[at];
        if (one.quiet || value === null || value === undefined) return null;
        return (
          <div key={at} className="contents">
            <dt className="text-muted">{withUnit({ name: one.name, unit: plot.y.unit })}</dt>
            <dd className="text-right tabular">{format(value)}</dd>
          </div>
        );
      })}
    </dl>
  );
}

function axis({ domain, ticks, told }: Scale, dataKey?: string) {
  const look = { tick: TEXT, stroke: 'var(--line-strong)', allowDataOverflow: true };
  return { type: 'number' as const, dataKey, domain, ticks, tickFormatter: told, interval: 0, ...look };
}

/** A path has the names of its points instead of numbers. */
function alongPath({ series, ticks = [] }: Plot): Scale {
  const { domain } = linear(
    series.flatMap((one) => one.x),
    false,
  );
  const told = (value: number) => ticks.find((tick) => tick.at === value)?.label ?? '';
  return { domain, ticks: ticks.map((tick) => tick.at), told };
}
