import { classes } from '@/shared/ui/classes';

/** `<Segmented label="Style" options={{ balls: 'Balls' }} value={…} onChange={…} />`: one of a few, all seen. */
export function Segmented<Value extends string>({
  label,
  options,
  value,
  onChange,
}: {
  label: string;
  options: Record<Value, string>;
  value: Value;
  onChange: (value: Value) => void;
}) {
  return (
    <div role="group" aria-label={label} className="inline-flex shrink-0 rounded-md bg-sunken p-0.5">
      {(Object.keys(options) as Value[]).map((one) => (
        <button
          key={one}
          type="button"
          aria-pressed={one === value}
          onClick={() => onChange(one)}
          className={classes(
            'h-7 rounded px-2.5 text-xs font-medium whitespace-nowrap transition-colors pointer-coarse:min-h-10',
            one === value
              ? 'bg-surface text-text shadow-card ring-1 ring-line'
              : 'text-muted hover:text-text',
          )}
        >
          {options[one]}
        </button>
      ))}
    </div>
  );
}

/** A button that stays pressed. */
export function Toggle({
  pressed,
  onChange,
  children,
  disabled,
  title,
}: {
  pressed: boolean;
  onChange: (pressed: boolean) => void;
  children: string;
  disabled?: boolean;
  title?: string;
}) {
  return (
    <button
      type="button"
      aria-pressed={pressed}
      disabled={disabled}
      title={title}
      onClick={() => onChange(!pressed)}
      className={classes(
        'h-8 rounded-md px-2.5 text-xs font-medium transition-colors disabled:opacity-50 pointer-coarse:min-h-11',
        pressed ? 'bg-accent-soft text-accent-text' : 'text-muted hover:bg-hover hover:text-text',
      )}
    >
      {children}
    </button>
  );
}
