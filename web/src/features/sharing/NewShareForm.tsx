import { useMutation } from '@tanstack/react-query';
import { Globe, UserRound } from 'lucide-react';
import { type SubmitEvent, useState } from 'react';
import { fieldErrors } from '@/shared/api/errors';
import { Button } from '@/shared/ui/Button';
import { Field, Input } from '@/shared/ui/Field';
import { ErrorPanel } from '@/shared/ui/states';
import { useToast } from '@/shared/ui/Toast';
import { Options } from './Options';
import { meaningOf, type Root, type Share, useSharing } from './shares';

/** Whom to share with, and for what. */
export function NewShareForm({ root }: { root: Root }) {
  const toast = useToast();
  const { share } = useSharing(root);
  const [who, setWho] = useState<'person' | 'everybody'>('person');
  const [email, setEmail] = useState('');
  const [access, setAccess] = useState<Share['access']>('read');
  const made = useMutation({
    mutationFn: share,
    onSuccess: (_, { email: address }) => {
      toast({ title: `Shared with ${address ?? 'everybody on this instance'}` });
      setEmail('');
    },
  });
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    const grantee = who === 'person' ? { email: email.trim() } : {};
    made.mutate({ ...grantee, everybody: who === 'everybody', access });
  };
  const wrong = fieldErrors(made.error).email?.replace(/^email: /, '');
  return (
    <form onSubmit={submit} noValidate className="flex flex-col gap-4">
      <Options
        label="With whom"
        value={who}
        onChange={setWho}
        options={[
          { value: 'person', icon: UserRound, word: 'A person', meaning: 'with an account here' },
          { value: 'everybody', icon: Globe, word: 'Everybody', meaning: 'with an account here' },
        ]}
      />
      {who === 'person' && (
        <Field label="E-mail address" error={wrong}>
          <Input
            type="email"
            autoComplete="off"
            maxLength={200}
            value={email}
            onChange={(event) => setEmail(event.target.value)}
          />
        </Field>
      )}
      <Options
        label="They may"
        value={access}
        onChange={setAccess}
        options={[
          { value: 'read', word: 'Read', meaning: meaningOf(root, 'read') },
          { value: 'write', word: 'Write', meaning: meaningOf(root, 'write') },
        ]}
      />
      {made.error && !(who === 'person' && wrong) && <ErrorPanel error={made.error} title="Not shared" />}
      <div className="flex items-center justify-between gap-4">
        <p className="text-xs text-muted">It covers what comes later, too. Only you can share it.</p>
        <Button
          kind="primary"
          type="submit"
          busy={made.isPending}
          disabled={who === 'person' && email.trim() === ''}
        >
          Share
        </Button>
      </div>
    </form>
  );
}
