import { type SubmitEvent, useState } from 'react';
import { api } from '@/shared/api/client';
import { fieldErrors } from '@/shared/api/errors';
import { Button } from '@/shared/ui/Button';
import { Dialog } from '@/shared/ui/Dialog';
import { Checkbox, Field, Input, NumberWithUnit, Textarea } from '@/shared/ui/Field';
import { ErrorPanel } from '@/shared/ui/states';
import { useToast } from '@/shared/ui/Toast';
import type { Computer } from './Computers';

/** Submit to a computer by an account of one's own there. */
export default function OwnAccess({
  computer,
  onClose,
  onDone,
}: {
  computer: Computer;
  onClose: () => void;
  onDone: () => void;
}) {
  const known = computer.settings.username;
  const [username, setUsername] = useState(typeof known === 'string' ? known : '');
  const [key, setKey] = useState('');
  const [usesLoginShell, setLoginShell] = useState(true);
  const [interval, setInterval] = useState<number | null>(30);
  const toast = useToast();
  const give = api.useMutation('put', '/api/computers/{uuid}/access', {
    onSuccess: () => {
      toast({ title: `You can submit to ${computer.label}` });
      onDone();
      onClose();
    },
  });
  const errors = fieldErrors(give.error);
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    const body = {
      username,
      private_key: key,
      use_login_shell: usesLoginShell,
      safe_interval: interval ?? 30,
    };
    give.mutate({ params: { path: { uuid: computer.uuid } }, body });
  };
  return (
    <Dialog
      open
      onOpenChange={onClose}
      title={`Your account on ${computer.label}`}
      description="Only your calculations sign in there by this key. It is never shown again."
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" form="own-access" kind="primary" busy={give.isPending}>
            Use this account
          </Button>
        </>
      }
    >
      <form id="own-access" onSubmit={submit} className="flex flex-col gap-4">
        <Field label="Name of the account there" error={errors.username}>
          <Input required value={username} onChange={(event) => setUsername(event.target.value)} />
        </Field>
        <Field
          label="Private key"
          hint="For SSH, in OpenSSH or PEM format, without a passphrase: make one for NANO-OS alone."
          error={errors.private_key}
        >
          <Textarea
            required
            rows={6}
            spellCheck={false}
            autoComplete="off"
            className="font-mono text-xs"
            value={key}
            onChange={(event) => setKey(event.target.value)}
          />
        </Field>
        <Field label="Shortest time between two connections" error={errors.safe_interval}>
          <NumberWithUnit unit="s" min={0} max={3600} value={interval} onChange={setInterval} />
        </Field>
        <Checkbox checked={usesLoginShell} onChange={setLoginShell}>
          Run commands in a login shell
        </Checkbox>
        {give.error && (
          <div className="rounded-md bg-bad-soft">
            <ErrorPanel error={give.error} title="The account was not taken" />
          </div>
        )}
      </form>
    </Dialog>
  );
}
