import { Ruler } from 'lucide-react';
import { Button } from '@/shared/ui/Button';
import type { Atoms } from '../structure';
import { type Measure, measured, type Pick } from './measure';

const NEXT: Record<number, string> = {
  1: 'Pick a second atom for the distance.',
  2: 'A third gives the angle.',
  3: 'A fourth gives the dihedral angle.',
  4: '',
};

/** What is measured between the atoms that were picked. */
export function Measured({ atoms, picks, onClear }: { atoms: Atoms; picks: Pick[]; onClear: () => void }) {
  const measure = measured(picks, atoms);
  return (
    <div
      role="status"
      aria-label="Measured"
      className="flex min-h-11 flex-wrap items-center gap-x-3 gap-y-1 border-t border-line px-4 py-1.5 text-sm"
    >
      <Ruler aria-hidden size={15} className="shrink-0 text-muted" />
      {picks.length === 0 && (
        <span className="text-muted">Click two atoms for their distance, three for an angle.</span>
      )}
      {picks.length > 0 && (
        <span className="font-mono text-xs">
          {picks.map(({ site }) => `${atoms.symbols[site] ?? ''} ${site}`).join(' – ')}
        </span>
      )}
      {measure && <Value measure={measure} />}
      {picks.length > 0 && (
        <>
          <span className="text-xs text-muted max-sm:hidden">{NEXT[picks.length]}</span>
          <Button size="s" kind="quiet" className="ml-auto" onClick={onClear}>
            Clear
          </Button>
        </>
      )}
    </div>
  );
}

function Value({ measure: { what, value, unit, asDrawn } }: { measure: Measure }) {
  const written = (number: number) => (unit === 'Å' ? `${number.toFixed(3)} Å` : `${number.toFixed(2)}°`);
  return (
    <span className="tabular">
      {what} <strong className="font-semibold">{written(value)}</strong>
      {asDrawn !== null && (
        <span className="text-muted"> between nearest images, {written(asDrawn)} as picked</span>
      )}
    </span>
  );
}
