import { GitFork } from 'lucide-react';
import type { ReactNode } from 'react';
import { EngineName } from '@/features/jobs/EngineName';
import { type Workflow, WORKFLOWS } from '@/features/jobs/job';
import { ButtonLink } from '@/shared/ui/Button';
import { type ChainStep, inWords, sourceOf, structureOf, type Taken } from './chain';

/** A step: what it computes by which engine, and what it takes from others. */
export function StepCard({
  step,
  heading,
  state,
  actions,
  value = () => null,
}: {
  step: ChainStep;
  /** The name, where it leads somewhere. */
  heading?: ReactNode;
  state?: ReactNode;
  actions?: ReactNode;
  /** What was handed over. */
  value?: (taken: Taken) => ReactNode;
}) {
  const structure = structureOf(step);
  const word = step.workflow in WORKFLOWS ? WORKFLOWS[step.workflow as Workflow].word : step.workflow;
  return (
    <div className="flex flex-col gap-2 text-sm">
      <div className="flex flex-wrap items-center justify-between gap-x-3 gap-y-1">
        <h3 className="min-w-0 truncate font-semibold first-letter:uppercase">
          {heading ?? inWords(step.label)}
        </h3>
        {state}
      </div>
      {step.description !== '' && (
        <p dir="auto" className="text-xs text-pretty wrap-anywhere text-muted">
          {step.description}
        </p>
      )}
      <dl className="grid grid-cols-[auto_minmax(0,1fr)] gap-x-3 gap-y-0.5 text-xs">
        <dt className="text-muted">Computes</dt>
        <dd>{word}</dd>
        <dt className="text-muted">Engine</dt>
        <dd className="wrap-anywhere">
          {step.engine === null ? step.template : <EngineName engine={step.engine} />}
        </dd>
        {structure !== undefined && (
          <>
            <dt className="text-muted">Of</dt>
            <dd className="wrap-anywhere">{structure}</dd>
          </>
        )}
      </dl>
      {step.takes.length > 0 && (
        <ul
          aria-label={`What ${step.label} takes`}
          className="flex flex-col gap-1.5 border-t border-line pt-2"
        >
          {step.takes.map((taken) => (
            <li key={taken.parameter} className="text-xs">
              <span className="flex flex-wrap items-baseline justify-between gap-x-3">
                <span className="font-medium first-letter:uppercase">{inWords(taken.parameter)}</span>
                <span className="tabular">
                  {value(taken) ?? <span className="text-muted">{taken.unit || 'no unit'}</span>}
                </span>
              </span>
              <span className="block wrap-anywhere text-muted">{`from ${sourceOf(taken)}`}</span>
            </li>
          ))}
        </ul>
      )}
      {actions}
    </div>
  );
}

/** The way from a value or a job into the graph of all that it rests on. */
export function Provenance({ uuid, of }: { uuid: string; of: string }) {
  return (
    <ButtonLink
      size="s"
      kind="quiet"
      icon={GitFork}
      href={`/graph/${uuid}`}
      aria-label={`Provenance of ${of}`}
      className="-mx-1"
    >
      Provenance
    </ButtonLink>
  );
}
