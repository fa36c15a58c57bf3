import { classes } from '@/shared/ui/classes';
import type { Kinds } from './training';

/** Which kind of model. */
export function KindChoice({
  kinds,
  value,
  onChange,
}: {
  kinds: Kinds['kinds'];
  value: string;
  onChange: (kind: string) => void;
}) {
  return (
    <fieldset>
      <legend className="sr-only">Kind of model</legend>
      <div className="grid gap-2 sm:grid-cols-2 xl:grid-cols-3">
        {kinds.map(({ name, description }) => {
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
                name="kind"
                aria-label={name}
                value={name}
                checked={isChosen}
                onChange={() => onChange(name)}
                className="mt-1 accent-(--accent) outline-none"
              />
              <span className="min-w-0">
                <span className="block text-sm font-medium">{name}</span>
                <span className={classes('block text-xs', isChosen ? 'text-text' : 'text-muted')}>
                  {description}
                </span>
              </span>
            </label>
          );
        })}
      </div>
    </fieldset>
  );
}
