import { type SubmitEvent, useState } from 'react';
import { api } from '@/shared/api/client';
import { fieldErrors } from '@/shared/api/errors';
import { Button } from '@/shared/ui/Button';
import { Dialog } from '@/shared/ui/Dialog';
import { Field, Select } from '@/shared/ui/Field';
import { Async, ErrorPanel } from '@/shared/ui/states';
import { useToast } from '@/shared/ui/Toast';
import type { Computer } from './Computers';

/** Let somebody submit to a computer, or no longer. */
export default function PermitPerson({ computer, onClose }: { computer: Computer; onClose: () => void }) {
  const [email, setEmail] = useState('');
  const [may, setMay] = useState(true);
  const people = api.useQuery('get', '/api/users', {}, { refetchOnMount: 'always' });
  const toast = useToast();
  const permit = api.useMutation('put', '/api/computers/{uuid}/users/{email}', {
    onSuccess: () => {
      toast({ title: `${email} ${may ? 'may' : 'may no longer'} submit to ${computer.label}` });
      onClose();
    },
  });
  const errors = fieldErrors(permit.error);
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    permit.mutate({ params: { path: { uuid: computer.uuid, email } }, body: { enabled: may } });
  };
  return (
    <Dialog
      open
      onOpenChange={onClose}
      title={`Who may submit to ${computer.label}`}
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" form="permit" kind="primary" busy={permit.isPending}>
            Save
          </Button>
        </>
      }
    >
      <Async query={people}>
        {(found) => (
          <form id="permit" onSubmit={submit} className="flex flex-col gap-4">
            <Field label="Person" error={errors.email}>
              <Select required value={email} onChange={(event) => setEmail(event.target.value)}>
                <option value="">choose…</option>
                {found.map((one) => (
                  <option key={one.email}>{one.email}</option>
                ))}
              </Select>
            </Field>
            <Field label="Access">
              <Select value={may ? 'may' : 'not'} onChange={(event) => setMay(event.target.value === 'may')}>
                <option value="may">may submit there</option>
                <option value="not">may not submit there</option>
              </Select>
            </Field>
            {permit.error && (
              <div className="rounded-md bg-bad-soft">
                <ErrorPanel error={permit.error} title="Not changed" />
              </div>
            )}
          </form>
        )}
      </Async>
    </Dialog>
  );
}
