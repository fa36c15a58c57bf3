import { useRouter } from 'next/router';
import { type SubmitEvent, useId, useState } from 'react';
import { api } from '@/shared/api/client';
import { fieldErrors } from '@/shared/api/errors';
import { Button } from '@/shared/ui/Button';
import { Dialog } from '@/shared/ui/Dialog';
import { FIELDS } from './content';
import { FormError } from './FormError';
import { contentOfDraft, draftErrors, MaterialForm, NEW } from './MaterialForm';

/** Make a material, and go to it. */
export default function NewMaterial({ onClose }: { onClose: () => void }) {
  const form = useId();
  const router = useRouter();
  const [draft, setDraft] = useState(NEW);
  const make = api.useMutation('post', '/api/materials', {
    onSuccess: (made) => void router.push(`/materials/${made.material_id}`),
  });
  const errors = { ...fieldErrors(make.error), ...draftErrors(draft) };
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    if (Object.keys(draftErrors(draft)).length === 0) make.mutate({ body: contentOfDraft(draft) });
  };
  return (
    <Dialog
      open
      onOpenChange={(open) => open || onClose()}
      title="New material"
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button kind="primary" type="submit" form={form} busy={make.isPending}>
            Create
          </Button>
        </>
      }
    >
      <form id={form} onSubmit={submit} noValidate>
        <MaterialForm draft={draft} onChange={setDraft} errors={errors} />
        <FormError error={make.error} fields={FIELDS} />
      </form>
    </Dialog>
  );
}
