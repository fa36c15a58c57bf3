import { useVirtualizer } from '@tanstack/react-virtual';
import { type KeyboardEvent, useMemo, useRef } from 'react';
import { classes } from '@/shared/ui/classes';
import type { Atoms, Vector } from '../structure';
import { fractional, reciprocal } from './geometry';
import type { Pick } from './measure';
import { colourOf } from './scene';

const ROW = 32;
const GRID =
  'grid grid-cols-[7rem_repeat(3,minmax(4rem,1fr))] items-center md:grid-cols-[8rem_repeat(6,minmax(4.5rem,1fr))]';

/** The sites of a structure in words and numbers; picking them measures, as in the picture. */
export function SiteTable({
  atoms,
  picks,
  onPick,
}: {
  atoms: Atoms;
  picks: Pick[];
  onPick: (pick: Pick) => void;
}) {
  const scroll = useRef<HTMLDivElement>(null);
  const inverse = useMemo(() => reciprocal(atoms.cell), [atoms.cell]);
  const rows = useVirtualizer({
    count: atoms.positions.length,
    getScrollElement: () => scroll.current,
    estimateSize: () => ROW,
    overscan: 20,
  });
  const move = (event: KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step === undefined || !(event.target instanceof HTMLElement)) return;
    event.preventDefault();
    const buttons = [...(scroll.current?.querySelectorAll<HTMLElement>('button') ?? [])];
    buttons[buttons.indexOf(event.target) + step]?.focus();
  };
  return (
    // eslint-disable-next-line jsx-a11y/no-noninteractive-element-interactions -- its buttons have the focus
    <div
      ref={scroll}
      role="table"
      aria-label="Sites"
      aria-rowcount={atoms.positions.length + 1}
      onKeyDown={move}
      className="h-full overflow-auto text-sm"
    >
      <div role="rowgroup" className="sticky top-0 z-10 min-w-full border-b border-line bg-surface">
        <div
          role="row"
          aria-rowindex={1}
          className={classes(GRID, 'h-8 px-2 text-xs font-medium text-muted')}
        >
          {['Site', 'x [Å]', 'y [Å]', 'z [Å]', 'a', 'b', 'c'].map((name, index) => (
            <div
              key={name}
              role="columnheader"
              title={index > 3 ? `fractional coordinate along ${name}` : undefined}
              className={classes('px-2', index > 0 && 'text-right', index > 3 && 'max-md:hidden')}
            >
              {name}
            </div>
          ))}
        </div>
      </div>
      <div role="rowgroup" className="relative" style={{ height: rows.getTotalSize() }}>
        {rows.getVirtualItems().map(({ key, index, start }) => {
          const position = atoms.positions[index];
          if (!position) return null;
          return (
            <div
              key={key}
              role="row"
              aria-rowindex={index + 2}
              className={classes(GRID, 'absolute inset-x-0 border-b border-line px-2')}
              style={{ height: ROW, transform: `translateY(${start}px)` }}
            >
              <div role="rowheader" className="px-1">
                <SiteButton
                  symbol={atoms.symbols[index] ?? ''}
                  site={index}
                  pressed={picks.some((pick) => pick.site === index)}
                  onClick={() => onPick({ site: index, position })}
                />
              </div>
              <Numbers values={position} digits={4} />
              <Numbers values={fractional(position, inverse)} digits={4} wide />
            </div>
          );
        })}
      </div>
    </div>
  );
}

function SiteButton({
  symbol,
  site,
  pressed,
  onClick,
}: {
  symbol: string;
  site: number;
  pressed: boolean;
  onClick: () => void;
}) {
  return (
    <button
      type="button"
      aria-pressed={pressed}
      onClick={onClick}
      className={classes(
        'flex h-7 items-center gap-2 rounded px-1.5 tabular hover:bg-hover',
        pressed && 'bg-accent-soft text-accent-text',
      )}
    >
      <Swatch symbol={symbol} />
      {symbol} {site}
    </button>
  );
}

function Numbers({ values, digits, wide }: { values: Vector; digits: number; wide?: boolean }) {
  return values.map((value, index) => (
    <div key={index} role="cell" className={classes('px-2 text-right tabular', wide && 'max-md:hidden')}>
      {value.toFixed(digits)}
    </div>
  ));
}

/** The colour of an element. */
export function Swatch({ symbol }: { symbol: string }) {
  return (
    <span
      aria-hidden
      className="inline-block size-3 shrink-0 rounded-full ring-1 ring-line-strong"
      style={{ background: colourOf(symbol) }}
    />
  );
}
