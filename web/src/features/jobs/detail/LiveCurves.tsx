import { Figure } from '@/features/results/Figure';
import { Card } from '@/shared/ui/Card';
import { type Curve, useLive } from './live';

/** How the newest calculation goes, or went: convergence, or temperature, energy and pressure of a run. */
export function LiveCurves({ uuid, isOver }: { uuid: string; isOver: boolean }) {
  const live = useLive(uuid);
  if (live === null || live.curves.length === 0) return null;
  return (
    <Card title={`${isOver ? 'Last calculation' : 'Running now'}: ${live.process}, ${live.engine}`}>
      <div className="grid gap-6 lg:grid-cols-2">
        {live.curves.map((curve) => (
          <Figure key={curve.name} height={210} plot={plotOf(curve)} />
        ))}
      </div>
    </Card>
  );
}

function plotOf({ name, unit, along, x, y }: Curve) {
  // Errors and forces go to zero by orders of magnitude.
  const isLog = /error|force/.test(name) && y.every((value) => value > 0);
  return {
    title: name.charAt(0).toUpperCase() + name.slice(1),
    x: { name: along, unit: '' },
    y: { name, unit, log: isLog },
    series: [{ name, x, y }],
  };
}
