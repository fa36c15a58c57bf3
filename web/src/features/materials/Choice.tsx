import { useId } from 'react';

/** One of a few: `<Choice label="Order" value={order} options={[['newest', 'Newest']]} onChange={…} />` */
export function Choice<Value extends string>({
  label,
  value,
  options,
  onChange,
}: {
  label: string;
  value: Value;
  options: [Value, string][];
  onChange: (value: Value) => void;
}) {
  const name = useId();
  return (
    <fieldset className="flex h-9 shrink-0 rounded-md border border-line bg-sunken p-0.5">
      <legend className="sr-only">{label}</legend>
      {options.map(([option, word]) => (
        <label
          key={option}
          className="flex cursor-pointer items-center rounded px-2.5 text-sm text-muted has-checked:bg-surface has-checked:font-medium has-checked:text-text has-checked:shadow-card has-focus-visible:outline-2 has-focus-visible:outline-accent"
        >
          <input
            type="radio"
            name={name}
            checked={option === value}
            onChange={() => onChange(option)}
            className="sr-only"
          />
          {word}
        </label>
      ))}
    </fieldset>
  );
}
