import { classes } from '@/shared/ui/classes';
import { type Workflow, WORKFLOWS } from '../job';

/** What to compute. */
export function WorkflowChoice({
  value,
  onChange,
}: {
  value: Workflow;
  onChange: (workflow: Workflow) => void;
}) {
  return (
    <fieldset>
      <legend className="sr-only">Workflow</legend>
      <div className="grid gap-2 sm:grid-cols-2 xl:grid-cols-3">
        {Object.entries(WORKFLOWS).map(([name, { word, does }]) => {
          const isChosen = name === value;
          return (
            <label
              key={name}
              className={classes(
                'flex cursor-pointer items-start gap-2.5 rounded-md border px-3 py-2 transition-colors has-focus-visible:outline-2 has-focus-visible:outline-offset-2 has-focus-visible:outline-accent',
                isChosen ? 'border-accent bg-accent-soft' : 'border-line hover:bg-hover',
              )}
            >
              <input
                type="radio"
                name="workflow"
                aria-label={word}
                value={name}
                checked={isChosen}
                onChange={() => onChange(name as Workflow)}
                className="mt-1 accent-(--accent) outline-none"
              />
              <span>
                <span className="block text-sm font-medium">{word}</span>
                <span className={classes('block text-xs', isChosen ? 'text-text' : 'text-muted')}>
                  {does}
                </span>
              </span>
            </label>
          );
        })}
      </div>
    </fieldset>
  );
}
