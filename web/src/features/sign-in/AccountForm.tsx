import { useMutation } from '@tanstack/react-query';
import { type SubmitEvent, useState } from 'react';
import { begin } from '@/shared/api/access';
import { fieldErrors } from '@/shared/api/errors';
import { Button } from '@/shared/ui/Button';
import { Field, Input } from '@/shared/ui/Field';
import { ErrorPanel } from '@/shared/ui/states';

const NOTHING = { email: '', password: '', first_name: '', last_name: '', invite: '' };

/** E-mail address and password; for a new account also the name and, where one is needed, the invite. */
export function AccountForm({
  isNew,
  needsInvite,
  invited,
}: {
  isNew: boolean;
  needsInvite: boolean;
  invited: string;
}) {
  const [given, setGiven] = useState({ ...NOTHING, invite: invited });
  const { email, password, invite, ...name } = given;
  const action = useMutation({
    mutationFn: () =>
      isNew
        ? begin('sign-up', { email, password, ...name, invite: invite.trim() || null })
        : begin('sign-in', { email, password }),
  });
  const errors = fieldErrors(action.error);
  const input = (key: keyof typeof NOTHING) => ({
    name: key,
    value: given[key],
    onChange: (event: { target: { value: string } }) => setGiven({ ...given, [key]: event.target.value }),
  });
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    action.mutate();
  };
  return (
    <form onSubmit={submit} className="flex flex-col gap-4">
      {isNew && (
        <div className="grid grid-cols-2 gap-3">
          <Field label="First name" error={errors.first_name}>
            <Input autoComplete="given-name" {...input('first_name')} />
          </Field>
          <Field label="Last name" error={errors.last_name}>
            <Input autoComplete="family-name" {...input('last_name')} />
          </Field>
        </div>
      )}
      <Field label="E-mail address" error={errors.email}>
        <Input type="email" required autoComplete="username" {...input('email')} />
      </Field>
      <Field label="Password" error={errors.password} hint={isNew ? 'At least 12 characters.' : undefined}>
        <Input
          type="password"
          required
          autoComplete={isNew ? 'new-password' : 'current-password'}
          {...input('password')}
        />
      </Field>
      {isNew && needsInvite && (
        <Field label="Invite" hint="The code that an administrator gave you." error={errors.invite}>
          <Input required {...input('invite')} />
        </Field>
      )}
      {action.error && (
        <div className="rounded-md bg-bad-soft">
          <ErrorPanel error={action.error} title={isNew ? 'No account was opened' : 'Not signed in'} />
        </div>
      )}
      <Button type="submit" kind="primary" busy={action.isPending} className="h-9">
        {isNew ? 'Open the account' : 'Sign in'}
      </Button>
    </form>
  );
}
