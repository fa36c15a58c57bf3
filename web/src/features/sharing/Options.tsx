import type { LucideIcon } from 'lucide-react';
import { useId } from 'react';

type Option<Value> = { value: Value; word: string; meaning: string; icon?: LucideIcon };

/** One of a few, each with what it means. */
export function Options<Value extends string>({
  label,
  value,
  options,
  onChange,
}: {
  label: string;
  value: Value;
  options: Option<Value>[];
  onChange: (value: Value) => void;
}) {
  const name = useId();
  return (
    <fieldset className="min-w-0">
      <legend className="mb-1.5 text-sm font-medium">{label}</legend>
      <div className="grid gap-2 sm:grid-cols-2">
        {options.map(({ value: option, word, meaning, icon: Icon }) => (
          <label
            key={option}
            className="grid cursor-pointer grid-cols-[auto_minmax(0,1fr)] content-start gap-x-2.5 rounded-md border border-line p-3 text-sm hover:bg-hover has-checked:border-accent has-checked:bg-accent-soft has-focus-visible:outline-2 has-focus-visible:outline-accent"
          >
            <input
              type="radio"
              name={name}
              checked={option === value}
              onChange={() => onChange(option)}
              className="mt-1 accent-(--accent)"
            />
            <span className="flex items-center gap-1.5 font-medium">
              {Icon && <Icon aria-hidden size={14} />}
              {word}
            </span>
            <span className="col-start-2 text-xs text-muted">{meaning}</span>
          </label>
        ))}
      </div>
    </fieldset>
  );
}
