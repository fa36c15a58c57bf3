import { type ReactNode, useRef } from 'react';
import { type ChainStep, edgesOf, placesOf, SCALES, scaleOf, scalesOf } from './chain';
import { Lines } from './Lines';

/**
 * Steps over the scales: a column for each scale, and lines for what is handed on. On a narrow screen they are below
 * each other in the order in which they run, each with its scale.
 */
export function StepGrid<Step extends ChainStep>({
  label,
  steps,
  children,
}: {
  label: string;
  steps: Step[];
  children: (step: Step) => ReactNode;
}) {
  const grid = useRef<HTMLDivElement>(null);
  const scales = scalesOf(steps);
  return (
    <div
      ref={grid}
      role="group"
      aria-label={label}
      className="relative grid grid-cols-1 gap-4 lg:grid-cols-[repeat(var(--scales),minmax(0,1fr))] lg:gap-x-6 lg:gap-y-10"
      style={{ '--scales': scales.length } as object}
    >
      <Lines grid={grid} edges={edgesOf(steps)} />
      {scales.map((scale, column) => (
        <div
          key={scale}
          aria-hidden
          className="-mb-5 border-b-2 border-line pb-1.5 max-lg:hidden"
          style={{ gridColumn: column + 1, gridRow: 1 }}
        >
          <p className="text-sm font-semibold">{SCALES[scale].word}</p>
          <p className="text-xs text-muted">{SCALES[scale].of}</p>
        </div>
      ))}
      {placesOf(steps).map((place) => (
        <div
          key={`${place.row}.${place.column}`}
          className="relative flex min-w-0 flex-col gap-4 max-lg:contents"
          style={{ gridColumn: `var(--column, ${place.column + 1})`, gridRow: place.row + 2 }}
        >
          {place.steps.map((step) => (
            <section
              key={step.label}
              data-step={step.label}
              aria-label={`Step ${step.label}`}
              className="min-w-0 rounded-lg border border-line bg-surface p-3 shadow-card"
            >
              <p className="mb-1 text-2xs font-medium tracking-wide text-muted uppercase lg:sr-only">
                {SCALES[scaleOf(step)].word}
              </p>
              {children(step)}
            </section>
          ))}
        </div>
      ))}
    </div>
  );
}
