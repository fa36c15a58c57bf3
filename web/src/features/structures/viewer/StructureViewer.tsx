import { BoxSelect } from 'lucide-react';
import { type ReactNode, useCallback, useMemo, useState } from 'react';
import { classes } from '@/shared/ui/classes';
import type { Atoms, View } from '../structure';
import { Axes } from './Axes';
import { Canvas } from './Canvas';
import { Controls } from './Controls';
import { FIRST_LOOK, firstStyle, type Look, MOST_LABELS, type Style } from './look';
import { measured, type Pick, picked } from './measure';
import { Measured } from './Measured';
import { canDraw, type Scene } from './scene';
import { Segmented, Toggle } from './Segmented';
import { SiteTable, Swatch } from './SiteTable';

const STYLES: Record<Style, string> = { balls: 'Ball & stick', space: 'Space filling', sticks: 'Sticks' };

type Props = {
  name: string;
  atoms: Atoms;
  /** What is drawn; null where that is too much, or not known. */
  view: View | null;
  /** Why nothing is drawn. */
  why?: string;
  /** Sites to mark, instead of measuring between those that are clicked. */
  chosen?: { sites: number[]; onChange: (sites: number[]) => void };
  /** More controls, beside those of the look. */
  controls?: ReactNode;
  /** The height of the picture. */
  height?: string;
};

/** A structure in three dimensions, or as the table of its sites; what one picks is measured. */
export default function StructureViewer({
  name,
  atoms,
  view,
  why,
  chosen,
  controls,
  height = 'h-96',
}: Props) {
  const [isDrawable] = useState(canDraw);
  const [asTable, setAsTable] = useState(false);
  const [chosenLook, setLook] = useState<Look | null>(null);
  const look = useMemo(
    () => chosenLook ?? (view ? { ...FIRST_LOOK, style: firstStyle(view) } : FIRST_LOOK),
    [chosenLook, view],
  );
  const [scene, setScene] = useState<Scene | null>(null);
  const [own, setOwn] = useState<Pick[]>([]);
  const picks = useMemo(
    () => (chosen ? imagesOf(chosen.sites, atoms, view) : own),
    [chosen, atoms, view, own],
  );
  const pick = useCallback(
    (next: Pick) => {
      if (chosen) chosen.onChange(toggled(chosen.sites, next.site));
      else setOwn((before) => picked(before, next));
    },
    [chosen],
  );
  const clear = useCallback(() => (chosen ? chosen.onChange([]) : setOwn([])), [chosen]);
  const reason = view === null ? (why ?? 'There are too many atoms to draw.') : isDrawable ? null : NO_WEBGL;
  const showTable = asTable || reason !== null;
  return (
    <div>
      <div className="flex items-center gap-x-3 gap-y-2 overflow-x-auto border-b border-line px-3 py-2 md:flex-wrap">
        <Segmented
          label="Shown as"
          options={{ picture: '3D', table: 'Sites' }}
          value={showTable ? 'table' : 'picture'}
          onChange={(value) => setAsTable(value === 'table')}
        />
        {!showTable && <LookControls look={look} onChange={setLook} atoms={view?.symbols.length ?? 0} />}
        {!showTable && controls}
      </div>
      {reason !== null && (
        <p
          role="note"
          className="flex items-start gap-2 border-b border-line bg-wait-soft px-4 py-2 text-sm text-wait"
        >
          <BoxSelect aria-hidden size={16} className="mt-0.5 shrink-0" />
          {reason}
        </p>
      )}
      <div className={classes('relative', height)}>
        {showTable || !view ? (
          <SiteTable atoms={atoms} picks={picks} onPick={pick} />
        ) : (
          <>
            <Canvas
              label={`${name}: 3D view of ${atoms.symbols.length} atoms`}
              view={view}
              cell={atoms.cell}
              look={look}
              picks={picks}
              measure={chosen ? null : measured(picks, atoms)}
              onPick={pick}
              onClear={clear}
              onScene={setScene}
            />
            {scene && <Controls scene={scene} cell={atoms.cell} name={name} />}
            {scene && look.cell && <Axes scene={scene} cell={atoms.cell} />}
            <Legend symbols={atoms.symbols} />
          </>
        )}
      </div>
      {!chosen && <Measured atoms={atoms} picks={picks} onClear={clear} />}
    </div>
  );
}

const NO_WEBGL =
  'This browser cannot draw in 3D: WebGL is missing or switched off. The sites are listed instead, and can be measured between.';

function LookControls({
  look,
  onChange,
  atoms,
}: {
  look: Look;
  onChange: (look: Look) => void;
  atoms: number;
}) {
  const tooMany = atoms > MOST_LABELS;
  return (
    <>
      <Segmented
        label="Style"
        options={STYLES}
        value={look.style}
        onChange={(style) => onChange({ ...look, style })}
      />
      <div className="flex items-center gap-1">
        <Toggle
          pressed={look.labels && !tooMany}
          disabled={tooMany}
          title={tooMany ? `Labels are for at most ${MOST_LABELS} atoms` : undefined}
          onChange={(labels) => onChange({ ...look, labels })}
        >
          Labels
        </Toggle>
        <Toggle pressed={look.cell} onChange={(cell) => onChange({ ...look, cell })}>
          Cell
        </Toggle>
        <Toggle
          pressed={!look.orthographic}
          onChange={(perspective) => onChange({ ...look, orthographic: !perspective })}
        >
          Perspective
        </Toggle>
      </div>
    </>
  );
}

/** The elements in their colours, with how many atoms there are of each. */
function Legend({ symbols }: { symbols: string[] }) {
  const counts = new Map<string, number>();
  for (const symbol of symbols) counts.set(symbol, (counts.get(symbol) ?? 0) + 1);
  return (
    <ul
      aria-label="Elements"
      className="pointer-events-none absolute right-13 bottom-2 flex max-w-3/5 flex-wrap justify-end gap-x-3 gap-y-1 rounded-md bg-surface/80 px-2 py-1 text-xs"
    >
      {[...counts].map(([symbol, count]) => (
        <li key={symbol} className="flex items-center gap-1.5">
          <Swatch symbol={symbol} />
          <span className="font-medium">{symbol}</span>
          <span className="text-muted tabular">{count.toLocaleString('en')}</span>
        </li>
      ))}
    </ul>
  );
}

/** All drawn images of sites. */
function imagesOf(sites: number[], atoms: Atoms, view: View | null): Pick[] {
  if (!view)
    return sites.flatMap((site) =>
      atoms.positions[site] ? [{ site, position: atoms.positions[site] }] : [],
    );
  return view.sites.flatMap((site, drawn) => {
    const position = view.positions[drawn];
    return position && sites.includes(site) ? [{ site, position }] : [];
  });
}

function toggled(sites: number[], site: number): number[] {
  const rest = sites.filter((one) => one !== site);
  return rest.length < sites.length ? rest : [...sites, site].sort((one, other) => one - other);
}
