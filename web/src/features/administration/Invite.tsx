import { type SubmitEvent, useState } from 'react';
import { api } from '@/shared/api/client';
import { fieldErrors } from '@/shared/api/errors';
import { inviteAddress } from '@/shared/session/invite';
import { Button } from '@/shared/ui/Button';
import { Dialog } from '@/shared/ui/Dialog';
import { Field, Input, NumberWithUnit } from '@/shared/ui/Field';
import { Secret } from '@/shared/ui/Secret';
import { ErrorPanel } from '@/shared/ui/states';

/** Make a link by which one person can open an account. */
export default function Invite({ onClose }: { onClose: () => void }) {
  const [email, setEmail] = useState('');
  const [days, setDays] = useState<number | null>(7);
  const make = api.useMutation('post', '/api/auth/invites');
  const errors = fieldErrors(make.error);
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    make.mutate({ body: { email: email.trim() || null, days: days ?? 7 } });
  };
  return (
    <Dialog
      open
      onOpenChange={onClose}
      title={make.data ? 'The invite' : 'Invite somebody'}
      footer={
        make.data ? (
          <Button kind="primary" onClick={onClose}>
            I have copied it
          </Button>
        ) : (
          <>
            <Button onClick={onClose}>Cancel</Button>
            <Button type="submit" form="invite" kind="primary" busy={make.isPending}>
              Make a link
            </Button>
          </>
        )
      }
    >
      {make.data ? (
        <div className="flex flex-col gap-3 text-sm text-muted">
          <p>
            Send this link: whoever opens it can open one account
            {email.trim() ? ', with this address alone.' : '.'} It is shown this once.
          </p>
          <Secret label="the link" text={inviteAddress(location.origin, make.data.code)} />
        </div>
      ) : (
        <form id="invite" onSubmit={submit} className="flex flex-col gap-4">
          <Field
            label="Only for this e-mail address"
            optional
            hint="Empty: for whoever has the link."
            error={errors.email}
          >
            <Input type="email" value={email} onChange={(event) => setEmail(event.target.value)} />
          </Field>
          <Field label="Valid for" error={errors.days}>
            <NumberWithUnit unit="days" required min={1} max={90} value={days} onChange={setDays} />
          </Field>
          {make.error && (
            <div className="rounded-md bg-bad-soft">
              <ErrorPanel error={make.error} title="No invite was made" />
            </div>
          )}
        </form>
      )}
    </Dialog>
  );
}
