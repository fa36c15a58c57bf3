import { type KeyboardEvent, useCallback, useEffect, useId, useState } from 'react';
import { useTheme } from '@/shared/shell/theme';
import type { Cell, View } from '../structure';
import { type Colours, coloursOfTheme, type Look } from './look';
import type { Measure, Pick } from './measure';
import { giveBack, type Scene, takeScene } from './scene';

type Props = {
  view: View;
  cell: Cell;
  look: Look;
  picks: Pick[];
  /** What is measured between the picks; null: they are marked only. */
  measure: Measure | null;
  onPick: (pick: Pick) => void;
  onClear: () => void;
  onScene: (scene: Scene | null) => void;
  label: string;
};

/** The picture; it takes the keyboard when it has the focus. */
export function Canvas({ view, cell, look, picks, measure, onPick, onClear, onScene, label }: Props) {
  const [scene, setScene] = useState<Scene | null>(null);
  const host = useCallback(
    (element: HTMLDivElement | null) => {
      if (!element) return;
      const taken = takeScene(element);
      setScene(taken);
      onScene(taken);
      return () => {
        onScene(null);
        if (taken) giveBack(taken);
      };
    },
    [onScene],
  );
  const id = useId();
  const colours = useColours();
  useEffect(() => scene?.draw(view, look, colours), [scene, view, look, colours]);
  useEffect(() => {
    scene?.mark(picks, measure !== null, measure && textOf(measure), colours);
  }, [scene, picks, measure, view, look, colours]);
  useEffect(() => {
    scene?.onPick((drawn) => {
      const [site, position] = [view.sites[drawn], view.positions[drawn]];
      if (site !== undefined && position) onPick({ site, position });
    });
  }, [scene, view, onPick]);
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey || !scene) return;
    if (event.key === 'Escape') onClear();
    else if (!press(scene, event.key, event.shiftKey, cell)) return;
    event.preventDefault();
  };
  return (
    <>
      {/* eslint-disable jsx-a11y/no-noninteractive-tabindex, jsx-a11y/no-noninteractive-element-interactions -- it is moved by keys */}
      <div
        ref={host}
        tabIndex={0}
        role="application"
        aria-label={label}
        aria-describedby={id}
        onKeyDown={onKeyDown}
        className="relative h-full w-full cursor-grab touch-none overflow-hidden active:cursor-grabbing"
      />
      {/* eslint-enable jsx-a11y/no-noninteractive-tabindex, jsx-a11y/no-noninteractive-element-interactions */}
      <p id={id} className="sr-only">
        Arrow keys turn it, with Shift they move it. Plus and minus zoom, 0 shows the whole. A, B and C look
        along the cell vectors. Escape clears what is measured. The sites are also there as a table.
      </p>
    </>
  );
}

function useColours(): Colours {
  const theme = useTheme();
  const [colours, setColours] = useState(() => ({ theme, ...coloursOfTheme() }));
  if (colours.theme !== theme) setColours({ theme, ...coloursOfTheme() });
  return colours;
}

/** The label of the line between the atoms says how long that line is. */
function textOf({ value, asDrawn, unit }: Measure): string {
  const shown = asDrawn ?? value;
  return unit === 'Å' ? `${shown.toFixed(3)} Å` : `${shown.toFixed(2)}°`;
}

const STEP = 10;
const ARROWS: Record<string, [number, number]> = {
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
};

/** Do what a key is for; false: it is for nothing here. */
function press(scene: Scene, key: string, isShifted: boolean, cell: Cell): boolean {
  const [x, y] = ARROWS[key] ?? [0, 0];
  if (isShifted && (x || y)) scene.move(20 * x, 20 * y);
  else if (x) scene.turn(STEP * x, 'y');
  else if (y) scene.turn(STEP * y, 'x');
  else if (key === '+' || key === '=') scene.zoom(1.2);
  else if (key === '-') scene.zoom(1 / 1.2);
  else if (key === '0') scene.fit(true);
  else if ('abc'.includes(key.toLowerCase()) && key.length === 1)
    scene.along(axisOf(key.toLowerCase()), cell);
  else return false;
  return true;
}

export function axisOf(name: string): 0 | 1 | 2 {
  return name === 'a' ? 0 : name === 'b' ? 1 : 2;
}
