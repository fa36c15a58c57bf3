import { useQueryClient } from '@tanstack/react-query';
import { api } from '@/shared/api/client';
import { messageOf } from '@/shared/api/errors';
import type { components } from '@/shared/api/schema';
import { useToast } from '@/shared/ui/Toast';

type Material = components['schemas']['Material'];

/** Archive a material or restore it: a revision like any other, which the notice can take back. */
export function useArchive({ material_id, revision }: Material) {
  const toast = useToast();
  const queries = useQueryClient();
  const revise = api.useMutation('patch', '/api/materials/{material_id}', {
    onSuccess: (made) => queries.setQueryData(keyOf(material_id), made),
    onError: (error) => toast({ kind: 'bad', title: 'Nothing was changed', detail: messageOf(error) }),
  });
  const to = (archived: boolean, from: number, after?: (made: Material) => void) =>
    revise.mutate(
      { params: { path: { material_id } }, body: { revision: from, archived } },
      { onSuccess: after },
    );
  const change = (archived: boolean) =>
    to(archived, revision, (made) =>
      toast({
        title: archived ? 'Archived' : 'Restored',
        detail: archived ? 'Lists leave it out; nothing was deleted.' : 'Lists have it again.',
        action: { label: 'Undo', onSelect: () => to(!archived, made.revision) },
      }),
    );
  return { change, isPending: revise.isPending };
}

function keyOf(material_id: string) {
  return ['get', '/api/materials/{material_id}', { params: { path: { material_id } } }];
}
