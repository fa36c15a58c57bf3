import { Waypoints } from 'lucide-react';
import type { ReactNode } from 'react';
import { api } from '@/shared/api/client';
import { ButtonLink } from '@/shared/ui/Button';
import { Card } from '@/shared/ui/Card';
import { CopyId } from '@/shared/ui/copy';
import { Formula } from '@/shared/ui/Formula';
import { Link } from '@/shared/ui/Link';
import { TimeAgo } from '@/shared/ui/TimeAgo';
import { atomsOf, dimensionalityOf, SOURCES, type Structure, type Vector } from '../structure';
import { shapeOf } from '../viewer/geometry';

/** What a structure is, and where it came from. */
export function Facts({ structure }: { structure: Structure }) {
  const shape = shapeOf(atomsOf(structure).cell);
  const periodic = ['a', 'b', 'c'].filter((_, axis) => structure.pbc[axis]);
  const provenance = (
    <ButtonLink size="s" kind="quiet" icon={Waypoints} href={`/graph/${structure.uuid}`}>
      Provenance
    </ButtonLink>
  );
  return (
    <Card title="Structure" actions={provenance}>
      <Rows>
        <Row name="Formula">{structure.formula ? <Formula>{structure.formula}</Formula> : 'unknown'}</Row>
        <Row name="Atoms">{structure.symbols.length.toLocaleString('en')}</Row>
        {shape && <Row name="a, b, c">{numbers(shape.lengths, 3)} Å</Row>}
        {shape && <Row name="α, β, γ">{numbers(shape.angles, 2)}°</Row>}
        {shape && <Row name="Volume">{shape.volume.toFixed(2)} Å³</Row>}
        {structure.density !== null && <Row name="Density">{structure.density.toFixed(3)} g/cm³</Row>}
        <Row name="Periodic">{periodic.length > 0 ? `along ${periodic.join(', ')}` : 'no'}</Row>
        {structure.dimensionality !== null && (
          <Row name="Dimensions">{dimensionalityOf(structure.dimensionality)}</Row>
        )}
      </Rows>
      <hr className="my-3 border-line" />
      <Rows>
        <Row name="Material">
          {structure.material_id ? <MaterialLink id={structure.material_id} /> : 'none that you see'}
        </Row>
        <Row name="Source">{sourceOf(structure)}</Row>
        <Row name="Owner">
          <span dir="auto" title={structure.owner} className="block truncate">
            {structure.owner}
          </span>
        </Row>
        <Row name="Created">
          <TimeAgo time={structure.created} />
        </Row>
        <Row name="UUID">
          <CopyId id={structure.uuid} />
        </Row>
      </Rows>
    </Card>
  );
}

export function Rows({ children }: { children: ReactNode }) {
  return (
    <dl className="grid grid-cols-[auto_minmax(0,1fr)] items-baseline gap-x-4 gap-y-1.5 text-sm">
      {children}
    </dl>
  );
}

export function Row({ name, children }: { name: ReactNode; children: ReactNode }) {
  return (
    <>
      <dt className="text-muted">{name}</dt>
      <dd className="min-w-0 text-right tabular">{children}</dd>
    </>
  );
}

export function numbers(values: Vector, digits: number): string {
  return values.map((value) => value.toFixed(digits)).join(', ');
}

function sourceOf({ origin, format }: Structure): string {
  const source = origin ? (SOURCES[origin] ?? origin) : 'unknown';
  return format && format !== 'internal' ? `${source}, ${format}` : source;
}

function MaterialLink({ id }: { id: string }) {
  const { data } = api.useQuery('get', '/api/materials/{material_id}', {
    params: { path: { material_id: id } },
  });
  const name = data?.name ?? id.slice(0, 8);
  return (
    <Link href={`/materials/${id}`} dir="auto" title={name} className="block truncate">
      {name}
    </Link>
  );
}
