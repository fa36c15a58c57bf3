import { Check, CircleAlert } from 'lucide-react';
import { type ComponentProps, createContext, type ReactNode, useContext, useId } from 'react';
import { classes } from './classes';

type FieldProps = { id: string; 'aria-describedby'?: string; 'aria-invalid'?: boolean };
const FieldContext = createContext<FieldProps | null>(null);

/**
 * Label, help and error of one control, which finds them by itself.
 *
 *     <Field label="Name" hint="for people" error={errors.name}><Input value={…} onChange={…} /></Field>
 */
export function Field({
  label,
  hint,
  error,
  optional = false,
  children,
}: {
  label: ReactNode;
  hint?: ReactNode;
  error?: ReactNode;
  optional?: boolean;
  children: ReactNode;
}) {
  const id = useId();
  const described = error || hint ? `${id}-more` : undefined;
  return (
    <FieldContext value={{ id, 'aria-describedby': described, 'aria-invalid': Boolean(error) }}>
      <div className="flex min-w-0 flex-col gap-1.5">
        <label htmlFor={id} className="text-sm font-medium">
          {label}
          {optional && <span className="ml-1.5 font-normal text-muted">optional</span>}
        </label>
        {children}
        {described && (
          <p
            id={described}
            className={classes('flex items-start gap-1.5 text-xs', error ? 'text-bad' : 'text-muted')}
          >
            {error && <CircleAlert aria-hidden size={13} className="mt-px shrink-0" />}
            <span className="min-w-0 wrap-anywhere">{error ?? hint}</span>
          </p>
        )}
      </div>
    </FieldContext>
  );
}

function useField(): Partial<FieldProps> {
  return useContext(FieldContext) ?? {};
}

/** Text on a phone has 16 px: smaller, and iOS zooms into the field. */
const BOX = 'field-box text-sm pointer-coarse:text-base';

export function Input({ className, ...rest }: ComponentProps<'input'>) {
  return <input dir="auto" {...useField()} {...rest} className={classes(BOX, 'h-9', className)} />;
}

export function Textarea({ className, ...rest }: ComponentProps<'textarea'>) {
  return (
    <textarea dir="auto" rows={4} {...useField()} {...rest} className={classes(BOX, 'resize-y', className)} />
  );
}

/** `<Select value={…} onChange={…}><option value="a">A</option></Select>`: the system's own, best on a phone. */
export function Select({ className, ...rest }: ComponentProps<'select'>) {
  return <select {...useField()} {...rest} className={classes(BOX, 'h-9 pr-8', className)} />;
}

/** `<NumberWithUnit unit="eV" value={30} onChange={(value) => …} min={0} />`; null while it is no number. */
export function NumberWithUnit({
  unit,
  value,
  onChange,
  className,
  ...rest
}: { unit: string; value: number | null; onChange: (value: number | null) => void } & Omit<
  ComponentProps<'input'>,
  'value' | 'onChange'
>) {
  const field = useField();
  const unitId = `${useId()}-unit`;
  const described = [field['aria-describedby'], unitId].filter(Boolean).join(' ');
  return (
    <div className="relative">
      <input
        type="number"
        step="any"
        inputMode="decimal"
        {...field}
        {...rest}
        aria-describedby={described}
        value={value ?? ''}
        onChange={(event) =>
          onChange(Number.isNaN(event.target.valueAsNumber) ? null : event.target.valueAsNumber)
        }
        className={classes(BOX, 'h-9 pr-14 tabular', className)}
      />
      <span
        id={unitId}
        className="pointer-events-none absolute inset-y-0 right-3 flex items-center text-xs text-muted"
      >
        {unit}
      </span>
    </div>
  );
}

/** `<Checkbox checked={…} onChange={(checked) => …}>Only mine</Checkbox>` */
export function Checkbox({
  checked,
  onChange,
  children,
  disabled,
}: {
  checked: boolean;
  onChange: (checked: boolean) => void;
  children: ReactNode;
  disabled?: boolean;
}) {
  return (
    <label className="inline-flex cursor-pointer items-center gap-2 text-sm select-none pointer-coarse:min-h-11">
      <span className="relative inline-flex size-4">
        <input
          type="checkbox"
          checked={checked}
          disabled={disabled}
          onChange={(event) => onChange(event.target.checked)}
          className="peer size-4 appearance-none rounded border border-line-strong bg-surface checked:border-accent checked:bg-accent"
        />
        <Check
          aria-hidden
          size={12}
          strokeWidth={3}
          className="pointer-events-none absolute inset-0.5 hidden text-on-accent peer-checked:block"
        />
      </span>
      {children}
    </label>
  );
}
