import { StepCard, Provenance } from '@/features/chains/StepCard';
import {
  type ChainRun,
  inWords,
  type RunStep,
  sourceOf,
  statusOf,
  type Taken,
} from '@/features/chains/chain';
import { StepGrid } from '@/features/chains/StepGrid';
import { isFinal, type Job } from '@/features/jobs/job';
import { api } from '@/shared/api/client';
import { Card } from '@/shared/ui/Card';
import { Link } from '@/shared/ui/Link';
import { Async } from '@/shared/ui/states';
import { StatusBadge } from '@/shared/ui/StatusBadge';
import { format, withUncertainty } from './quantity';

/** A run of a chain, from electrons to the component: each step as it goes, what was handed on, the answers. */
export default function MultiscaleResults({ job }: { job: Job }) {
  const run = api.useQuery(
    'get',
    '/api/jobs/{uuid}/chain',
    { params: { path: { uuid: job.uuid } } },
    { staleTime: isFinal(job) ? 'static' : undefined },
  );
  return (
    <Async query={run}>
      {(chain) => (
        <div className="flex flex-col gap-6">
          <p className="max-w-prose text-sm text-pretty text-muted">{chain.description}</p>
          <StepGrid label="Steps over the scales" steps={chain.steps}>
            {(step) => <OfStep step={step} isOver={isFinal(job)} />}
          </StepGrid>
          <Answers run={chain} isOver={isFinal(job)} />
        </div>
      )}
    </Async>
  );
}

function OfStep({ step, isOver }: { step: RunStep; isOver: boolean }) {
  const status = statusOf(step);
  const name = inWords(step.label);
  const handed = step.takes.find((taken) => 'node' in taken && taken.node !== null);
  return (
    <StepCard
      step={step}
      heading={step.job ? <Link href={`/jobs/${step.job.uuid}`}>{name}</Link> : undefined}
      state={
        status ? (
          <StatusBadge status={status} />
        ) : (
          <span className="text-xs text-muted">{isOver ? 'Not run' : 'Waits'}</span>
        )
      }
      value={valueOf}
      actions={
        <>
          {step.job?.exit_message && step.job.status !== 'COMPLETED' && (
            <p dir="auto" className="text-xs wrap-anywhere text-bad">
              {step.job.exit_message}
            </p>
          )}
          {step.varied.length > 0 && (
            <p className="text-xs text-muted">
              {'Computed '}
              {step.varied.map((one, at) => (
                <span key={one.uuid}>
                  {at > 0 && ', '}
                  <Link href={`/jobs/${one.uuid}`}>{at === 0 ? 'once more' : `and again (${at + 1})`}</Link>
                </span>
              ))}
              {' for the uncertainty of what it took.'}
            </p>
          )}
          {step.job && (
            <div className="flex flex-wrap gap-2">
              <Provenance uuid={handed?.node ?? step.job.uuid} of={handed ? `what ${name} took` : name} />
            </div>
          )}
        </>
      }
    />
  );
}

/** A value that was handed over, with its uncertainty and unit. */
function valueOf(taken: Taken): string | null {
  return 'value' in taken && taken.value !== null ? told(taken) : null;
}

type Told = Pick<ChainRun['report'][number], 'value' | 'unit' | 'uncertainty'>;

function told({ value, unit, uncertainty }: Told): string {
  const number =
    typeof value === 'number'
      ? withUncertainty(value, typeof uncertainty === 'number' ? uncertainty : undefined)
      : Array.isArray(value)
        ? inShort(value)
        : '–';
  return `${number} ${unit ?? ''}`.trim();
}

/** The first and the last of many numbers. */
function inShort(values: unknown[]): string {
  const [first, last] = [values[0], values.at(-1)];
  return typeof first === 'number' && typeof last === 'number' && values.length > 3
    ? `${format(first, 4)} … ${format(last, 4)} (${values.length})`
    : values.map((one) => (typeof one === 'number' ? format(one, 4) : '…')).join(', ');
}

function Answers({ run, isOver }: { run: ChainRun; isOver: boolean }) {
  const isThere = run.report_node !== null;
  return (
    <Card
      title="Answers of the chain"
      flush
      actions={run.report_node && <Provenance uuid={run.report_node} of="the answers" />}
    >
      {!isThere && (
        <p className="border-b border-line px-4 py-2 text-sm text-muted">
          {isOver
            ? 'It ended before there were any.'
            : 'They appear here by themselves when the last step has ended.'}
        </p>
      )}
      <table aria-label="Answers of the chain" className="w-full text-sm">
        <thead className="sr-only">
          <tr>
            <th scope="col">Answer</th>
            <th scope="col">Value with standard uncertainty</th>
            <th scope="col">From</th>
          </tr>
        </thead>
        <tbody>
          {run.report.map((answer) => (
            <tr key={answer.name} className="border-b border-line last:border-0">
              <th
                scope="row"
                className="px-4 py-1.5 text-left font-normal wrap-anywhere first-letter:uppercase"
              >
                {inWords(answer.name)}
              </th>
              <td className="py-1.5 pr-4 text-right tabular" title={JSON.stringify(answer.value)}>
                {isThere ? told(answer) : '–'}
              </td>
              <td className="py-1.5 pr-4 text-xs text-muted max-md:hidden">{sourceOf(answer)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Card>
  );
}
