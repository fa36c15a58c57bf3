import { Figure } from '@/features/results/Figure';
import { type Arrays, useArrays } from '@/features/results/load';
import type { Plot } from '@/features/results/plot';
import { useJob } from '@/features/jobs/detail/useJob';
import { type Job, nameOf } from '@/features/jobs/job';
import { Card } from '@/shared/ui/Card';
import { Link } from '@/shared/ui/Link';
import { StatusBadge } from '@/shared/ui/StatusBadge';
import { TimeAgo } from '@/shared/ui/TimeAgo';

/** The job that trained a model, and how its errors went down. */
export function Training({ job }: { job: Job }) {
  const detail = useJob(job.uuid);
  const arrays = detail.data?.outputs.find((link) => link.label === 'arrays')?.uuid;
  return (
    <Card title="Training">
      <p className="flex flex-wrap items-center gap-x-4 gap-y-1 text-sm">
        <Link href={`/jobs/${job.uuid}`} dir="auto" title={nameOf(job)} className="min-w-0 truncate">
          {nameOf(job)}
        </Link>
        <StatusBadge status={job.status} />
        <TimeAgo time={job.modified} />
      </p>
      {arrays !== undefined && <LossCurve uuid={arrays} />}
    </Card>
  );
}

const NAMES = ['curve_epoch', 'curve_loss', 'curve_held_out_loss'] as const;

/** How the errors of a training went down from epoch to epoch; nothing for models that have none. */
export function LossCurve({ uuid }: { uuid: string }) {
  const loaded = useArrays(uuid, NAMES);
  const plot = loaded.data && plotOf(loaded.data);
  if (!plot) return null;
  return (
    <div className="mt-4">
      <Figure height={240} plot={plot} />
    </div>
  );
}

function plotOf({ arrays }: Arrays): Plot | undefined {
  const [epoch, loss, heldOut] = NAMES.map((name) => arrays[name]);
  if (epoch === undefined || loss === undefined) return undefined;
  const x = [...epoch.values];
  const series = [
    { name: 'learnt from', x, y: [...loss.values] },
    ...(heldOut ? [{ name: 'held out', x, y: [...heldOut.values], colour: 1 }] : []),
  ];
  const isPositive = series.every(({ y }) => y.every((value) => value > 0));
  return {
    title: 'Error by epoch',
    note: 'in standard deviations of the target',
    x: { name: 'epoch', unit: '' },
    y: { name: 'mean |error|', unit: '', log: isPositive },
    series,
  };
}
