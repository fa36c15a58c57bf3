import { type SubmitEvent, useState } from 'react';
import { dropSession } from '@/shared/api/access';
import { api } from '@/shared/api/client';
import { ApiError } from '@/shared/api/errors';
import { Button } from '@/shared/ui/Button';
import { Card } from '@/shared/ui/Card';
import { Field, Input } from '@/shared/ui/Field';
import { ErrorPanel } from '@/shared/ui/states';
import { useToast } from '@/shared/ui/Toast';

const NOTHING = { current: '', next: '', again: '' };

/** Change one's password. It ends all sessions, also this one, which is said before. */
export function Password() {
  const [given, setGiven] = useState(NOTHING);
  const toast = useToast();
  const ways = api.useQuery('get', '/api/auth/ways', {});
  const change = api.useMutation('post', '/api/auth/password', {
    onSuccess: () => {
      toast({ title: 'Your password was changed', detail: 'Sign in with the new one.' });
      dropSession();
    },
  });
  const differs = given.again !== '' && given.again !== given.next;
  const isWrong = change.error instanceof ApiError && change.error.status === 403;
  const input = (key: keyof typeof NOTHING) => ({
    type: 'password',
    required: true,
    value: given[key],
    onChange: (event: { target: { value: string } }) => setGiven({ ...given, [key]: event.target.value }),
  });
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    if (!differs) change.mutate({ body: { current: given.current, new: given.next } });
  };
  return (
    <Card title="Password">
      <form onSubmit={submit} className="flex flex-col gap-4">
        <p className="text-sm text-muted">
          A new password ends all your sessions, in this browser too: you sign in again. Personal access
          tokens stay valid.
          {ways.data?.elsewhere && ' If you sign in with your organisation, you have no password here.'}
        </p>
        <Field label="Current password" error={isWrong ? change.error?.detail : undefined}>
          <Input autoComplete="current-password" {...input('current')} />
        </Field>
        <Field label="New password" hint="At least 12 characters.">
          <Input autoComplete="new-password" minLength={12} {...input('next')} />
        </Field>
        <Field label="New password again" error={differs ? 'This is not the same as above.' : undefined}>
          <Input autoComplete="new-password" {...input('again')} />
        </Field>
        {change.error && !isWrong && (
          <div className="rounded-md bg-bad-soft">
            <ErrorPanel error={change.error} title="The password was not changed" />
          </div>
        )}
        <Button type="submit" busy={change.isPending} className="self-start">
          Change the password and sign out everywhere
        </Button>
      </form>
    </Card>
  );
}
