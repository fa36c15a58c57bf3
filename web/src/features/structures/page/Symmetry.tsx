import { keepPreviousData } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '@/shared/api/client';
import type { components } from '@/shared/api/schema';
import { Card } from '@/shared/ui/Card';
import { Async, SkeletonRows } from '@/shared/ui/states';
import { SpaceGroup } from '../SpaceGroup';
import type { Structure, Vector } from '../structure';
import { numbers, Row, Rows } from './Facts';

const TOLERANCES = [0.0001, 0.001, 0.01, 0.05, 0.1, 0.3];

/** The space group of a crystal, within a tolerance. */
export function Symmetry({ structure }: { structure: Structure }) {
  const [tolerance, setTolerance] = useState(0.01);
  const isCrystal = structure.dimensionality === null || structure.dimensionality === 3;
  const symmetry = api.useQuery(
    'get',
    '/api/structures/{structure_uuid}/symmetry',
    { params: { path: { structure_uuid: structure.uuid }, query: { tolerance } } },
    { enabled: isCrystal, placeholderData: keepPreviousData },
  );
  const choice = (
    <label className="flex items-center gap-2 text-xs text-muted">
      Tolerance
      <select
        value={tolerance}
        onChange={(event) => setTolerance(Number(event.target.value))}
        className="h-7 field-box w-auto! py-0! pr-5! pl-1.5! text-xs tabular pointer-coarse:h-10"
      >
        {TOLERANCES.map((one) => (
          <option key={one} value={one}>
            {one} Å
          </option>
        ))}
      </select>
    </label>
  );
  return (
    <Card title="Symmetry" actions={isCrystal && choice}>
      {isCrystal ? (
        <div aria-busy={symmetry.isPlaceholderData} className="aria-busy:opacity-50">
          <Async query={symmetry} loading={<SkeletonRows rows={4} />}>
            {(found) => <Found symmetry={found} symbols={structure.symbols} />}
          </Async>
        </div>
      ) : (
        <p className="text-sm text-muted">
          Only what is periodic in three directions, without vacuum, has a space group.
        </p>
      )}
    </Card>
  );
}

function Found({
  symmetry,
  symbols,
}: {
  symmetry: components['schemas']['StructureSymmetry'];
  symbols: string[];
}) {
  return (
    <Rows>
      <Row name="Space group">
        <SpaceGroup>{`${symmetry.space_group} (${symmetry.number})`}</SpaceGroup>
      </Row>
      <Row name="Point group">
        <SpaceGroup>{symmetry.point_group}</SpaceGroup>
      </Row>
      <Row name="Operations">{symmetry.operations}</Row>
      <Row name="Wyckoff">{wyckoffOf(symmetry.wyckoff, symmetry.equivalent, symbols)}</Row>
      <Row name="Conventional cell">
        {numbers(symmetry.lengths as Vector, 3)} Å<br />
        {numbers(symmetry.angles as Vector, 2)}°
      </Row>
    </Rows>
  );
}

/** `Mg a, O b`: of each set of equivalent sites the element and the letter. */
function wyckoffOf(letters: string[], equivalent: number[], symbols: string[]): string {
  const firsts = [...new Set(equivalent)];
  const sets = firsts.slice(0, 12).map((site) => `${symbols[site] ?? ''} ${letters[site] ?? ''}`);
  return sets.join(', ') + (firsts.length > sets.length ? `, ${firsts.length - sets.length} more` : '');
}
