import { Async } from '@/shared/ui/states';
import { useArrays, useNode } from './load';
import { Numbers } from './Numbers';
import { format } from './quantity';
import { Section } from './Section';
import { Summary } from './Summary';
import { WulffShape } from './WulffShape';

type Attributes = Record<string, unknown>;

/** What the faces of a crystal cost, and the shape in which it costs least. */
export default function SurfacesResults({ outputs }: { outputs: Record<string, string> }) {
  const surfaces = useNode(outputs.surfaces ?? '');
  return (
    <Async query={surfaces}>
      {({ attributes }) => (
        <>
          <Section title="Surface energies">
            <Energies attributes={attributes} />
          </Section>
          {outputs.shape && outputs.wulff && (
            <Shape names={facesOf(attributes).map(nameOf)} shape={outputs.shape} wulff={outputs.wulff} />
          )}
        </>
      )}
    </Async>
  );
}

function Energies({ attributes }: { attributes: Attributes }) {
  const notes = (attributes.notes ?? []) as string[];
  const rows = facesOf(attributes).map((face) => [
    ...face,
    valueOf(attributes[`surface_energy_${nameOf(face)}`]),
    valueOf(attributes[`unrelaxed_surface_energy_${nameOf(face)}`]),
  ]);
  const columns = [
    ...['h', 'k', 'l'].map((name) => ({ name, unit: '' })),
    { name: 'relaxed', unit: 'J/m²' },
    { name: 'as cut', unit: 'J/m²' },
  ];
  return (
    <>
      <Numbers label="Surface energies" table={{ columns, rows }} />
      {notes.map((note) => (
        <p key={note} className="mt-2 text-sm text-muted">
          {note}
        </p>
      ))}
    </>
  );
}

function Shape({ names, shape, wulff }: { names: string[]; shape: string; wulff: string }) {
  const found = useNode(shape);
  const body = useArrays(wulff);
  return (
    <Section title="Equilibrium shape">
      <Async query={found}>
        {({ attributes }) => (
          <Async query={body}>
            {({ arrays }) => (
              <div className="grid gap-6 md:grid-cols-2">
                <WulffShape
                  arrays={arrays}
                  labels={names.map((name) => {
                    const share = valueOf(attributes[`area_fraction_${name}`]) ?? 0;
                    return `(${name.replaceAll('m', '−')}) ${format(100 * share, 3)} % of the area`;
                  })}
                />
                <Summary label="Equilibrium shape" attributes={attributes} />
              </div>
            )}
          </Async>
        )}
      </Async>
    </Section>
  );
}

function facesOf(attributes: Attributes): number[][] {
  return (attributes.miller ?? []) as number[][];
}

/** Miller indices as they are in the names of results, `m` for minus. */
function nameOf(face: number[]): string {
  return face.map((index) => (index < 0 ? `m${-index}` : String(index))).join('');
}

function valueOf(quantity: unknown): number | null {
  const value = (quantity as { value?: unknown } | undefined)?.value;
  return typeof value === 'number' ? value : null;
}
