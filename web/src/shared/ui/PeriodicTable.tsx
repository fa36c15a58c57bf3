import { type KeyboardEvent, useRef, useState } from 'react';
import { classes } from './classes';
import { ELEMENTS, neighbour } from './elements';

/** `<PeriodicTable value={['Si', 'O']} onChange={setElements} />`: arrow keys move, space chooses. */
export function PeriodicTable({
  value,
  onChange,
}: {
  value: string[];
  onChange: (symbols: string[]) => void;
}) {
  const [current, setCurrent] = useState(value[0] ?? 'H');
  const grid = useRef<HTMLDivElement>(null);
  const move = (event: KeyboardEvent) => {
    const from = ELEMENTS.find((one) => one.symbol === current);
    const next = from && neighbour(from, event.key);
    if (!next) return;
    event.preventDefault();
    setCurrent(next.symbol);
    grid.current?.querySelector<HTMLElement>(`[data-symbol=${next.symbol}]`)?.focus();
  };
  const toggle = (symbol: string) =>
    onChange(value.includes(symbol) ? value.filter((one) => one !== symbol) : [...value, symbol]);
  return (
    <div className="overflow-x-auto p-0.5">
      {/* eslint-disable-next-line jsx-a11y/no-noninteractive-element-interactions -- its buttons have the focus */}
      <div
        ref={grid}
        role="group"
        aria-label="Elements"
        onKeyDown={move}
        className="grid min-w-108 grid-cols-[repeat(18,minmax(0,1fr))] gap-0.5 pb-1"
      >
        {ELEMENTS.map(({ symbol, row, column }) => {
          const isChosen = value.includes(symbol);
          return (
            <button
              key={symbol}
              type="button"
              data-symbol={symbol}
              aria-pressed={isChosen}
              tabIndex={symbol === current ? 0 : -1}
              onClick={() => {
                setCurrent(symbol);
                toggle(symbol);
              }}
              style={{ gridRow: row, gridColumn: column }}
              className={classes(
                'aspect-square rounded text-xs font-medium transition-colors',
                row > 7 && 'translate-y-1',
                isChosen ? 'bg-accent text-on-accent' : 'bg-sunken text-text hover:bg-hover',
              )}
            >
              {symbol}
            </button>
          );
        })}
      </div>
    </div>
  );
}
