import { TriangleAlert } from 'lucide-react';
import { useMemo } from 'react';
import { atomsOf, dimensionalityOf, type ParsedStructure, type StructurePreview, viewOf } from '../structure';
import { StructureViewer } from '../viewer';
import { shapeOf } from '../viewer/geometry';

/** What a file holds. */
export function ParsedPreview({ parsed }: { parsed: ParsedStructure }) {
  return (
    <div className="flex min-w-0 flex-col gap-3">
      <div className="overflow-hidden rounded-md border border-line">
        <PreviewViewer preview={parsed} height="h-80" />
      </div>
      <CellLine preview={parsed} />
      {parsed.warnings.length > 0 && (
        <ul
          aria-label="Warnings"
          className="flex flex-col gap-1 rounded-md bg-wait-soft px-3 py-2 text-sm text-wait"
        >
          {parsed.warnings.map((warning) => (
            <li key={warning} className="flex items-start gap-2 wrap-anywhere">
              <TriangleAlert aria-hidden size={15} className="mt-0.5 shrink-0" />
              {warning}
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

/** A structure that is not stored, in three dimensions. */
export function PreviewViewer({ preview, height }: { preview: StructurePreview; height?: string }) {
  const atoms = useMemo(() => atomsOf(preview), [preview]);
  const view = useMemo(() => viewOf(preview.view), [preview]);
  return <StructureViewer name={preview.formula} atoms={atoms} view={view} height={height} />;
}

/** Its cell in one line. */
export function CellLine({ preview }: { preview: StructurePreview }) {
  const shape = shapeOf(atomsOf(preview).cell);
  return (
    <p className="text-sm text-muted tabular">
      {dimensionalityOf(preview.dimensionality)}
      {shape && (
        <>
          {' · '}
          <span className="whitespace-nowrap">
            {shape.lengths.map((length) => length.toFixed(3)).join(' × ')} Å
          </span>
          {' · '}
          <span className="whitespace-nowrap">
            {shape.angles.map((angle) => angle.toFixed(1)).join(', ')}°
          </span>
          {' · '}
          <span className="whitespace-nowrap">{shape.volume.toFixed(1)} Å³</span>
        </>
      )}
    </p>
  );
}
