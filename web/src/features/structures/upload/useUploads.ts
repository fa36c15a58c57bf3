import { useQueries } from '@tanstack/react-query';
import { useState } from 'react';
import { materialFields, type MaterialOf } from '../MaterialChoice';
import { type Made, parse, store, type Upload } from './parse';

/** Files on their way: read at once, stored one after the other when that is asked for. */
export function useUploads(files: File[]) {
  const [changes, setChanges] = useState<{ removed: Set<File>; index: Map<File, number> }>({
    removed: new Set(),
    index: new Map(),
  });
  const [refused, setRefused] = useState<Map<File, unknown>>(new Map());
  const [isStoring, setStoring] = useState(false);
  const uploads: Upload[] = files.flatMap((file, id) =>
    changes.removed.has(file) ? [] : [{ id, file, index: changes.index.get(file) ?? null }],
  );
  const parsed = useQueries({
    queries: uploads.map((upload) => ({
      queryKey: [
        'upload',
        upload.file.name,
        upload.file.lastModified,
        upload.file.size,
        upload.id,
        upload.index,
      ],
      queryFn: ({ signal }: { signal: AbortSignal }) => parse(upload, signal),
      staleTime: Infinity,
      gcTime: 0,
    })),
  });
  const rows = uploads.map((upload, at) => ({
    upload,
    parsed: parsed[at]?.data,
    error: refused.get(upload.file) ?? parsed[at]?.error ?? null,
  }));
  const remove = (file: File) =>
    setChanges((before) => ({ ...before, removed: new Set(before.removed).add(file) }));
  const setIndex = (file: File, index: number) => {
    setChanges((before) => ({ ...before, index: new Map(before.index).set(file, index) }));
    setRefused((before) => new Map([...before].filter(([one]) => one !== file)));
  };

  /** Store all that were read; a new material with a name is that of all of them. */
  const storeAll = async (material: MaterialOf): Promise<Made[]> => {
    setStoring(true);
    const made: Made[] = [];
    let of = material;
    for (const { upload, parsed: read } of rows) {
      if (!read) continue;
      try {
        const one = await store(upload, materialFields(of));
        if (of.kind === 'new' && of.name.trim() && one.material_id)
          of = { kind: 'known', id: one.material_id };
        made.push(one);
        remove(upload.file);
      } catch (error) {
        setRefused((before) => new Map(before).set(upload.file, error));
      }
    }
    setStoring(false);
    return made;
  };
  return { rows, remove, setIndex, storeAll, isStoring };
}

export type UploadRow = ReturnType<typeof useUploads>['rows'][number];
