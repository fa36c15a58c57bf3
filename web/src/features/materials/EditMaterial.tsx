import { useQueryClient } from '@tanstack/react-query';
import { TriangleAlert } from 'lucide-react';
import { type SubmitEvent, useId, useState } from 'react';
import { api } from '@/shared/api/client';
import { ApiError, fieldErrors } from '@/shared/api/errors';
import type { components } from '@/shared/api/schema';
import { Button } from '@/shared/ui/Button';
import { Dialog } from '@/shared/ui/Dialog';
import { TimeAgo } from '@/shared/ui/TimeAgo';
import { useToast } from '@/shared/ui/Toast';
import { contentOf, differences, type Field, FIELDS, pick } from './content';
import { FormError } from './FormError';
import { contentOfDraft, draftErrors, draftOf, MaterialForm } from './MaterialForm';
import { Theirs } from './Theirs';
import { useDraft } from './useDraft';

type Material = components['schemas']['Material'];

/** Change a material: that makes its next revision. What others make meanwhile is shown beside one's own. */
export default function EditMaterial({ material, onClose }: { material: Material; onClose: () => void }) {
  const form = useId();
  const toast = useToast();
  const queries = useQueryClient();
  const { draft, setDraft, base, overtaken } = useDraft(material);
  const [path] = useState({ material_id: material.material_id });
  const revise = api.useMutation('patch', '/api/materials/{material_id}', {
    onSuccess: ({ revision }) => {
      toast({ title: `Saved as revision ${revision}` });
      onClose();
    },
    onSettled: () => queries.invalidateQueries({ queryKey: ['get', '/api/materials/{material_id}'] }),
  });
  const mine = contentOfDraft(draft);
  const changed = differences(contentOf(base), mine);
  const isConflict = revise.error instanceof ApiError && revise.error.status === 409;
  const isWrong = Object.keys(draftErrors(draft)).length > 0;
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    if (isWrong || changed.length === 0) return;
    revise.mutate({ params: { path }, body: { revision: base.revision, ...pick(mine, changed) } });
  };
  const take = (field: Field) => setDraft(draftOf({ ...mine, ...pick(contentOf(base), [field]) }));
  return (
    <Dialog
      open
      onOpenChange={(open) => open || onClose()}
      title="Edit material"
      description={`Saving makes a new revision; revision ${base.revision} stays as it is.`}
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button
            kind="primary"
            type="submit"
            form={form}
            busy={revise.isPending}
            disabled={changed.length === 0}
          >
            Save
          </Button>
        </>
      }
    >
      {overtaken && <Overtaken by={base} fields={overtaken.filter((field) => changed.includes(field))} />}
      <form id={form} onSubmit={submit} noValidate>
        <MaterialForm
          draft={draft}
          onChange={setDraft}
          errors={{ ...fieldErrors(revise.error), ...draftErrors(draft) }}
          beside={(field) =>
            overtaken?.includes(field) &&
            changed.includes(field) && <Theirs field={field} material={base} onTake={() => take(field)} />
          }
        />
        {!(isConflict && overtaken) && <FormError error={revise.error} fields={FIELDS} />}
      </form>
    </Dialog>
  );
}

/** Somebody was faster: what that means for what one has written. */
function Overtaken({ by, fields }: { by: Material; fields: Field[] }) {
  return (
    <div role="alert" className="mb-4 flex gap-2.5 rounded-md bg-wait-soft p-3 text-sm text-wait">
      <TriangleAlert aria-hidden size={16} className="mt-0.5 shrink-0" />
      <p className="min-w-0 wrap-anywhere">
        <b>
          <bdi>{by.owner}</bdi> saved revision {by.revision}
        </b>{' '}
        <TimeAgo time={by.created} /> while you were editing. What you wrote is kept.{' '}
        {fields.length > 0
          ? `You both changed ${fields.join(', ')}: theirs is shown below yours. Save keeps yours.`
          : 'You changed different fields: saving keeps both.'}
      </p>
    </div>
  );
}
