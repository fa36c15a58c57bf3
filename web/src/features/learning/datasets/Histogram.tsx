import { CartesianGrid, ComposedChart, ReferenceArea, ResponsiveContainer, XAxis, YAxis } from 'recharts';
import { linear } from '@/features/results/axis';
import { type Axis, withUnit } from '@/features/results/plot';

const TEXT = { fill: 'var(--text-muted)', fontSize: 11 };

/** How many values lie in each bin, over an axis of numbers. */
export default function Histogram({
  edges,
  counts,
  axis,
}: {
  edges: number[];
  counts: number[];
  axis: Axis;
}) {
  const x = linear(edges, true);
  const y = linear([0, ...counts], true);
  const look = { type: 'number' as const, interval: 0, tick: TEXT, stroke: 'var(--line-strong)' };
  return (
    <ResponsiveContainer width="100%" height={280}>
      <ComposedChart
        data={edges.map((edge) => ({ x: edge, y: 0 }))}
        margin={{ top: 12, right: 16, bottom: 22, left: 14 }}
        title={`How ${axis.name} is spread`}
        accessibilityLayer={false}
      >
        <CartesianGrid stroke="var(--line)" vertical={false} />
        <XAxis
          {...look}
          dataKey="x"
          domain={[...x.domain]}
          ticks={x.ticks}
          tickFormatter={x.told}
          height={34}
          label={{ value: withUnit(axis), position: 'insideBottom', offset: -6, ...TEXT }}
        />
        <YAxis
          {...look}
          dataKey="y"
          domain={[...y.domain]}
          ticks={y.ticks}
          tickFormatter={y.told}
          width={64}
          label={{
            value: 'structures',
            angle: -90,
            position: 'insideLeft',
            style: { textAnchor: 'middle' },
            ...TEXT,
          }}
        />
        {counts.map(
          (count, at) =>
            count > 0 && (
              <ReferenceArea
                key={edges[at]}
                x1={edges[at]}
                x2={edges[at + 1]}
                y1={0}
                y2={count}
                fill="var(--accent)"
                fillOpacity={0.85}
                stroke="var(--surface)"
              />
            ),
        )}
      </ComposedChart>
    </ResponsiveContainer>
  );
}
