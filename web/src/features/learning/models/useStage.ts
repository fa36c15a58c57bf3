import { useQueryClient } from '@tanstack/react-query';
import { api } from '@/shared/api/client';
import { messageOf } from '@/shared/api/errors';
import { useToast } from '@/shared/ui/Toast';
import { type Stage, STAGES } from '../learning';

type Moved = { uuid: string; name: string; stage: Stage };

/** Say at which stage a model is; the notice can take that back. */
export function useStage() {
  const toast = useToast();
  const queries = useQueryClient();
  const change = api.useMutation('patch', '/api/ml/models/{uuid}', {
    onError: (error) => toast({ kind: 'bad', title: 'Nothing was changed', detail: messageOf(error) }),
    // No event tells of it.
    onSettled: () =>
      queries.invalidateQueries({
        predicate: ({ queryKey }) => String(queryKey[1]).startsWith('/api/ml/models'),
      }),
  });
  const to = ({ uuid }: Moved, stage: Stage, after?: () => void) =>
    change.mutate({ params: { path: { uuid } }, body: { stage } }, { onSuccess: after });
  const move = (model: Moved, stage: Stage) =>
    to(model, stage, () =>
      toast({
        title: `${STAGES[stage].word}: ${model.name}`,
        detail: stage === 'archived' ? 'Nothing was deleted.' : undefined,
        action: { label: 'Undo', onSelect: () => to(model, model.stage) },
      }),
    );
  return { move, isPending: change.isPending };
}
