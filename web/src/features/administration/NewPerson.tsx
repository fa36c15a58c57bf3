import { useQueryClient } from '@tanstack/react-query';
import { type SubmitEvent, useState } from 'react';
import { api } from '@/shared/api/client';
import { fieldErrors } from '@/shared/api/errors';
import { Button } from '@/shared/ui/Button';
import { Dialog } from '@/shared/ui/Dialog';
import { Field, Input, Select } from '@/shared/ui/Field';
import { Secret } from '@/shared/ui/Secret';
import { ErrorPanel } from '@/shared/ui/states';
import type { Person } from './People';

type Body = { email: string; first_name: string; last_name: string; role: Person['role'] };

/** Open an account for somebody; its password is shown this once. */
export default function NewPerson({ onClose }: { onClose: () => void }) {
  const queries = useQueryClient();
  const make = api.useMutation('post', '/api/users', {
    onSuccess: () => void queries.invalidateQueries({ queryKey: ['get', '/api/users'] }),
  });
  return (
    <Dialog
      open
      onOpenChange={onClose}
      title={make.data ? 'The account is open' : 'New person'}
      footer={
        make.data ? (
          <Button kind="primary" onClick={onClose}>
            I have copied it
          </Button>
        ) : (
          <>
            <Button onClick={onClose}>Cancel</Button>
            <Button type="submit" form="new-person" kind="primary" busy={make.isPending}>
              Open the account
            </Button>
          </>
        )
      }
    >
      {make.data ? (
        <div className="flex flex-col gap-3 text-sm text-muted">
          <p>
            <bdi className="font-medium text-text">{make.data.email}</bdi> signs in with this password. It is
            shown this once, and can be changed on the page Account.
          </p>
          <Secret label="the password" text={make.data.password} />
        </div>
      ) : (
        <Form make={make.mutate} error={make.error} />
      )}
    </Dialog>
  );
}

function Form({ make, error }: { make: (given: { body: Body }) => void; error: unknown }) {
  const [body, setBody] = useState<Body>({ email: '', first_name: '', last_name: '', role: 'user' });
  const errors = fieldErrors(error);
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    make({ body });
  };
  const input = (key: 'email' | 'first_name' | 'last_name') => ({
    value: body[key],
    onChange: (event: { target: { value: string } }) => setBody({ ...body, [key]: event.target.value }),
  });
  return (
    <form id="new-person" onSubmit={submit} className="flex flex-col gap-4">
      <Field label="E-mail address" error={errors.email}>
        <Input type="email" required {...input('email')} />
      </Field>
      <div className="grid grid-cols-2 gap-3">
        <Field label="First name" optional error={errors.first_name}>
          <Input maxLength={100} {...input('first_name')} />
        </Field>
        <Field label="Last name" optional error={errors.last_name}>
          <Input maxLength={100} {...input('last_name')} />
        </Field>
      </div>
      <Field label="Role" hint="Administrators change accounts, computers and codes of all.">
        <Select
          value={body.role}
          onChange={(event) => setBody({ ...body, role: event.target.value === 'admin' ? 'admin' : 'user' })}
        >
          <option value="user">User</option>
          <option value="admin">Administrator</option>
        </Select>
      </Field>
      {error !== null && (
        <div className="rounded-md bg-bad-soft">
          <ErrorPanel error={error} title="No account was opened" />
        </div>
      )}
    </form>
  );
}
