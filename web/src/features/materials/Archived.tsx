import { Archive, ArchiveRestore } from 'lucide-react';
import type { components } from '@/shared/api/schema';
import { Button } from '@/shared/ui/Button';
import { useArchive } from './useArchive';

/** That a material is archived, and the way back. */
export function Archived({ material }: { material: components['schemas']['Material'] }) {
  const archive = useArchive(material);
  return (
    <div
      role="note"
      className="flex flex-wrap items-center gap-x-3 gap-y-2 rounded-lg bg-wait-soft px-4 py-2.5 text-sm text-wait"
    >
      <Archive aria-hidden size={16} className="shrink-0" />
      <p className="grow">This material is archived: lists leave it out. Nothing was deleted.</p>
      {material.access !== 'read' && (
        <Button size="s" icon={ArchiveRestore} busy={archive.isPending} onClick={() => archive.change(false)}>
          Restore
        </Button>
      )}
    </div>
  );
}
