import { type SubmitEvent, useState } from 'react';
import { api } from '@/shared/api/client';
import { Button } from '@/shared/ui/Button';
import { Dialog } from '@/shared/ui/Dialog';
import { Field, Textarea } from '@/shared/ui/Field';
import { ErrorPanel } from '@/shared/ui/states';
import { useToast } from '@/shared/ui/Toast';
import { type Group, useReload } from './groups';
import { readUuids } from './uuids';

/** Put nodes into a group by their UUIDs: all or none. */
export default function AddNodes({ group, onClose }: { group: Group; onClose: () => void }) {
  const [text, setText] = useState('');
  const [isSent, setSent] = useState(false);
  const reload = useReload();
  const toast = useToast();
  const { uuids, error } = readUuids(text);
  const add = api.useMutation('patch', '/api/groups/{uuid}/nodes', {
    onSuccess: () => {
      toast({ title: `${uuids.length === 1 ? 'One node is' : `${uuids.length} nodes are`} in the group` });
      void reload();
      onClose();
    },
  });
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    setSent(true);
    if (uuids.length > 0) add.mutate({ params: { path: { uuid: group.uuid } }, body: { add: uuids } });
  };
  return (
    <Dialog
      open
      onOpenChange={onClose}
      title="Add nodes"
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" form="add-nodes" kind="primary" busy={add.isPending}>
            {uuids.length > 1 ? `Add ${uuids.length} nodes` : 'Add'}
          </Button>
        </>
      }
    >
      <form id="add-nodes" onSubmit={submit} className="flex flex-col gap-4">
        <Field
          label="UUIDs"
          hint="One or more, each on a line of its own or with spaces between them."
          error={isSent ? (error ?? (uuids.length === 0 ? 'Give at least one UUID.' : undefined)) : undefined}
        >
          <Textarea
            rows={6}
            spellCheck={false}
            className="font-mono text-xs"
            value={text}
            onChange={(event) => {
              setText(event.target.value);
              setSent(false);
              add.reset();
            }}
          />
        </Field>
        {add.error && (
          <div className="rounded-md bg-bad-soft">
            <ErrorPanel error={add.error} title="Nothing was added" />
          </div>
        )}
      </form>
    </Dialog>
  );
}
