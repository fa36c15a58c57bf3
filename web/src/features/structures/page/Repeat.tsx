import type { Atoms, Vector } from '../structure';

const MOST = 9;
const NAMES = ['a', 'b', 'c'] as const;

/** How many cells are drawn along each vector. */
export function Repeat({
  value,
  pbc,
  onChange,
  busy,
}: {
  value: Vector;
  pbc: Atoms['pbc'];
  onChange: (value: Vector) => void;
  busy: boolean;
}) {
  if (!pbc.some(Boolean)) return null;
  const change = (axis: number, count: number) =>
    onChange(value.map((one, index) => (index === axis ? count : one)) as Vector);
  return (
    <div
      role="group"
      aria-label="Cells drawn"
      aria-busy={busy}
      className="flex shrink-0 items-center gap-1 text-xs text-muted"
    >
      <span className="mr-1 font-medium">Cells</span>
      {NAMES.map((name, axis) => (
        <select
          key={name}
          aria-label={`Cells along ${name}`}
          title={pbc[axis] ? `Cells along ${name}` : `Not periodic along ${name}`}
          disabled={!pbc[axis]}
          value={value[axis]}
          onChange={(event) => change(axis, Number(event.target.value))}
          className="h-7 field-box w-11! px-1! py-0! text-xs tabular pointer-coarse:h-10"
        >
          {Array.from({ length: MOST }, (_, index) => (
            <option key={index}>{index + 1}</option>
          ))}
        </select>
      ))}
    </div>
  );
}
