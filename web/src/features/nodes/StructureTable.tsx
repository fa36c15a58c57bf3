import type { ViewerProps } from './viewers';

type Site = { kind_name: string; position: [number, number, number] };
const MOST = 50;

/** The cell and the sites of a structure. */
export default function StructureTable({ attributes }: ViewerProps) {
  const { cell, sites } = attributes as { cell?: number[][]; sites?: Site[] };
  if (!Array.isArray(cell) || !Array.isArray(sites)) return null;
  const lengths = cell.map((vector) => Math.hypot(...vector).toFixed(3));
  return (
    <div className="flex flex-col gap-2 text-xs">
      <p className="text-muted">
        Cell vectors <span className="text-text tabular">{lengths.join(' · ')} Å</span>
      </p>
      <table className="w-full tabular">
        <thead>
          <tr className="text-left text-muted">
            <th className="font-medium">Site</th>
            {['x', 'y', 'z'].map((axis) => (
              <th key={axis} className="text-right font-medium">
                {axis} [Å]
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {sites.slice(0, MOST).map((site, index) => (
            <tr key={index} className="border-t border-line">
              <td>{site.kind_name}</td>
              {site.position.map((value, axis) => (
                <td key={axis} className="text-right">
                  {value.toFixed(3)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      {sites.length > MOST && <p className="text-muted">and {sites.length - MOST} sites more</p>}
    </div>
  );
}
