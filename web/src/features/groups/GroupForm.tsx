import { useMutation } from '@tanstack/react-query';
import { type SubmitEvent, useState } from 'react';
import { client } from '@/shared/api/client';
import { fieldErrors } from '@/shared/api/errors';
import { Button } from '@/shared/ui/Button';
import { Dialog } from '@/shared/ui/Dialog';
import { Field, Input, Textarea } from '@/shared/ui/Field';
import { ErrorPanel } from '@/shared/ui/states';
import type { Group } from './groups';

/** Name and description of a new group, or of one that there is. */
export default function GroupForm({
  group,
  onClose,
  onDone,
}: {
  group?: Group;
  onClose: () => void;
  onDone: (group: Group) => void;
}) {
  const [body, setBody] = useState({ name: group?.name ?? '', description: group?.description ?? '' });
  const save = useMutation({
    mutationFn: async () => {
      const { data } = group
        ? await client.PATCH('/api/groups/{uuid}', { params: { path: { uuid: group.uuid } }, body })
        : await client.POST('/api/groups', { body });
      return data;
    },
    onSuccess: (saved) => {
      if (saved) onDone(saved);
      onClose();
    },
  });
  const errors = fieldErrors(save.error);
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    save.mutate();
  };
  return (
    <Dialog
      open
      onOpenChange={onClose}
      title={group ? 'Name and description' : 'New group'}
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" form="group-form" kind="primary" busy={save.isPending}>
            {group ? 'Save' : 'Make the group'}
          </Button>
        </>
      }
    >
      <form id="group-form" onSubmit={submit} className="flex flex-col gap-4">
        <Field label="Name" hint="Once among your groups, without a slash." error={errors.name}>
          <Input
            required
            maxLength={100}
            value={body.name}
            onChange={(event) => setBody({ ...body, name: event.target.value })}
          />
        </Field>
        <Field label="Description" optional error={errors.description}>
          <Textarea
            value={body.description}
            onChange={(event) => setBody({ ...body, description: event.target.value })}
          />
        </Field>
        {save.error && (
          <div className="rounded-md bg-bad-soft">
            <ErrorPanel error={save.error} title="Not saved" />
          </div>
        )}
      </form>
    </Dialog>
  );
}
