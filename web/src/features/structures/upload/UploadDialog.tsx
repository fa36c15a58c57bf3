import { useRouter } from 'next/router';
import { useRef, useState } from 'react';
import { Button } from '@/shared/ui/Button';
import { Dialog } from '@/shared/ui/Dialog';
import { useToast } from '@/shared/ui/Toast';
import { MaterialChoice, type MaterialChosen } from '../MaterialChoice';
import { nameOf } from '../structure';
import { ParsedPreview } from './ParsedPreview';
import { UploadRows } from './UploadRows';
import { useUploads } from './useUploads';

/** What the files hold, before anything is stored; then the material that they are of. */
export default function UploadDialog({
  files,
  material: preselected,
  onClose,
  onMore,
}: {
  files: File[];
  material?: string;
  onClose: () => void;
  onMore: (files: File[]) => void;
}) {
  const router = useRouter();
  const toast = useToast();
  const more = useRef<HTMLInputElement>(null);
  const { rows, remove, setIndex, storeAll, isStoring } = useUploads(files);
  const [chosen, setChosen] = useState<File | null>(null);
  const [material, setMaterial] = useState<MaterialChosen>(
    preselected ? { kind: 'known', id: preselected } : { kind: 'new', name: '' },
  );
  const good = rows.filter((row) => row.parsed !== undefined);
  const shown = rows.find((row) => row.upload.file === chosen) ?? good[0];
  const isReading = rows.some((row) => row.parsed === undefined && row.error === null);
  const finish = async () => {
    if (material === null) return;
    const made = await storeAll(material);
    const [first] = made;
    if (!first) return;
    const warnings = made.flatMap((one) => one.warnings).join(' ');
    toast({
      title: made.length === 1 ? `${nameOf(first)} is stored` : `${made.length} structures are stored`,
      detail: warnings || undefined,
    });
    if (made.length < rows.length) return;
    onClose();
    if (made.length === 1) void router.push(`/structures/${first.uuid}`);
  };
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      wide
      title={rows.length > 1 ? 'Upload structures' : 'Upload a structure'}
      description="Nothing is stored before you say so."
      footer={
        <>
          <Button kind="quiet" className="mr-auto" onClick={() => more.current?.click()}>
            Add files
          </Button>
          <Button onClick={onClose}>Cancel</Button>
          <Button
            kind="primary"
            busy={isStoring}
            disabled={good.length === 0 || isReading || material === null}
            onClick={() => void finish()}
          >
            {good.length > 1 ? `Store ${good.length} structures` : 'Store'}
          </Button>
        </>
      }
    >
      <div className="flex min-w-0 flex-col gap-4">
        <UploadRows
          rows={rows}
          shown={shown?.upload.file}
          onShow={setChosen}
          onRemove={(file) => (rows.length === 1 ? onClose() : remove(file))}
          onIndex={setIndex}
        />
        {shown?.parsed && <ParsedPreview key={shown.upload.id} parsed={shown.parsed} />}
        {good.length > 0 && (
          <MaterialChoice
            value={material}
            onChange={setMaterial}
            usual={good.length > 1 ? 'its formula, a material for each structure' : 'its formula'}
          />
        )}
      </div>
      <input
        ref={more}
        type="file"
        multiple
        hidden
        aria-label="More files"
        onChange={(event) => {
          onMore([...(event.target.files ?? [])]);
          event.target.value = '';
        }}
      />
    </Dialog>
  );
}
