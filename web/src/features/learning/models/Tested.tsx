import { ChartScatter } from 'lucide-react';
import { Figure } from '@/features/results/Figure';
import { format } from '@/features/results/quantity';
import type { Plot } from '@/features/results/plot';
import { Card } from '@/shared/ui/Card';
import { lazyViewer } from '@/shared/ui/lazyViewer';
import { Empty } from '@/shared/ui/states';
import { inWords, type ModelDetail, type Parity, percent } from '../learning';
import { coverageOf, errorOfWidth, groupsByWidth } from './calibration';

const ParityChart = lazyViewer(() => import('./ParityChart'), 'h-96');

/** The test of a model: predictions against targets, and whether its intervals keep what they promise. */
export function Tested({ model }: { model: ModelDetail }) {
  const { parity, calibration } = model;
  if (parity === null || parity.rows.length === 0) {
    return (
      <Card title="Test">
        <Empty icon={ChartScatter} title="No test that you see">
          What a model says of rows that it had not seen is kept by its training.
        </Empty>
      </Card>
    );
  }
  const axis = { name: inWords(model.target), unit: model.unit };
  return (
    <>
      <Card title="Test">
        <ParityFigure parity={parity} axis={axis} promised={calibration?.coverage} />
      </Card>
      {calibration && (
        <Card title="Intervals">
          <div className="grid gap-6 xl:grid-cols-2">
            <Figure height={260} plot={coveragePlot(parity, calibration.coverage)} />
            <Widths parity={parity} axis={axis} promised={calibration.coverage} />
          </div>
        </Card>
      )}
    </>
  );
}

type Axis = { name: string; unit: string };

function ParityFigure({
  parity,
  axis,
  promised,
}: {
  parity: Parity;
  axis: Axis;
  promised: number | undefined;
}) {
  const far = parity.outside.filter(Boolean).length;
  const bars = promised === undefined ? '' : `, bars hold ${percent(promised)}`;
  const outside = far > 0 ? `, ${far} outside the domain` : '';
  const plot: Plot = {
    title: `Prediction against target: ${axis.name}`,
    note: `${parity.rows.length.toLocaleString('en')} rows that it had not seen${outside}${bars}`,
    x: { name: 'target', unit: axis.unit },
    y: { name: 'prediction', unit: axis.unit },
    series: [],
  };
  const table = {
    columns: [
      { name: 'row of the data set', unit: '' },
      { name: 'target', unit: axis.unit },
      { name: 'prediction', unit: axis.unit },
      { name: 'lower', unit: axis.unit },
      { name: 'upper', unit: axis.unit },
      { name: 'outside the domain', unit: '' },
    ],
    rows: parity.rows.map((row, at) => [
      row,
      parity.target[at] ?? null,
      parity.mean[at] ?? null,
      parity.lower[at] ?? null,
      parity.upper[at] ?? null,
      parity.outside[at] ? 1 : 0,
    ]),
  };
  return (
    <Figure plot={plot} table={table}>
      <ParityChart parity={parity} unit={axis.unit} />
    </Figure>
  );
}

/** Whether a part of the targets as large as was promised lies in the intervals. */
function coveragePlot(parity: Parity, coverage: number): Plot {
  const { promised, observed } = coverageOf(parity, coverage);
  const asPercent = (parts: number[]) => parts.map((part) => 100 * part);
  const found = observed[promised.indexOf(coverage)] ?? 0;
  return {
    title: 'Calibration',
    note: `${percent(found)} found where ${percent(coverage)} are promised`,
    x: { name: 'promised', unit: '%' },
    y: { name: 'found in the intervals', unit: '%' },
    series: [
      { name: 'this model', x: asPercent(promised), y: asPercent(observed) },
      { name: 'as promised', x: [0, 100], y: [0, 100], look: 'dashed', colour: 1 },
    ],
    marks: [{ at: 100 * coverage, axis: 'x' }],
    yRange: [0, 100],
  };
}

/** Whether wider intervals have larger errors in them. */
function Widths({ parity, axis, promised }: { parity: Parity; axis: Axis; promised: number }) {
  const groups = groupsByWidth(parity);
  const [first, last] = [groups[0], groups.at(-1)];
  if (first === undefined || last === undefined || first === last)
    return <p className="text-sm text-muted">Too few rows to tell errors by the widths of intervals.</p>;
  if (!(last.width > first.width * (1 + 1e-6)))
    return (
      <p className="text-sm text-muted">All its intervals are as wide: it does not tell sure from unsure.</p>
    );
  const ratio = first.error > 0 ? last.error / first.error : undefined;
  const widths = groups.map((group) => group.width);
  const plot: Plot = {
    title: 'Error by the width of the interval',
    note: ratio === undefined ? undefined : `${format(ratio, 2)} × from narrowest to widest`,
    x: { name: 'half width', unit: axis.unit },
    y: { name: 'mean |error|', unit: axis.unit },
    series: [
      { name: 'rows by width', x: widths, y: groups.map((group) => group.error), look: 'points' },
      {
        name: 'of right intervals',
        x: [0, last.width],
        y: [0, errorOfWidth(last.width, promised)],
        look: 'dashed',
        colour: 1,
      },
    ],
  };
  return <Figure height={260} plot={plot} />;
}
