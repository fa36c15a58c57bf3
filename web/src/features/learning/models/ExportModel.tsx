import { useMutation } from '@tanstack/react-query';
import { FileDown } from 'lucide-react';
import { useState } from 'react';
import { loadArchive, megabytes, save } from '@/features/groups/download';
import { messageOf } from '@/shared/api/errors';
import { Button } from '@/shared/ui/Button';
import { useToast } from '@/shared/ui/Toast';
import type { ModelRow } from '../learning';

/** A model with all that it was computed from, as one file that AiiDA reads anywhere. */
export function ExportModel({ model }: { model: ModelRow }) {
  const toast = useToast();
  const [loaded, setLoaded] = useState(0);
  const run = useMutation({
    mutationFn: () => loadArchive({ nodes: [model.uuid] }, setLoaded),
    onMutate: () => setLoaded(0),
    onSuccess: (archive) => save(archive, `${model.name.replace(/[^\p{L}\p{N} ._-]+/gu, '-')}.aiida`),
    onError: (error) => toast({ kind: 'bad', title: 'Not exported', detail: messageOf(error) }),
  });
  return (
    <Button icon={FileDown} busy={run.isPending} onClick={() => run.mutate()}>
      {run.isPending ? (loaded > 0 ? megabytes(loaded) : 'Packing…') : 'Export'}
    </Button>
  );
}
