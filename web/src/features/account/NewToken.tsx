import { type SubmitEvent, useState } from 'react';
import { api } from '@/shared/api/client';
import { fieldErrors } from '@/shared/api/errors';
import { useSession } from '@/shared/session/Session';
import { Button } from '@/shared/ui/Button';
import { Dialog } from '@/shared/ui/Dialog';
import { Checkbox, Field, Input, Select } from '@/shared/ui/Field';
import { Secret } from '@/shared/ui/Secret';
import { ErrorPanel } from '@/shared/ui/states';
import { type Scope, SCOPES } from './tokens';

const DAYS = [7, 30, 90, 365];

/** Make a token, and show it this once. */
export default function NewToken({ onClose, onMade }: { onClose: () => void; onMade: () => void }) {
  const make = api.useMutation('post', '/api/auth/tokens', { onSuccess: onMade });
  return (
    <Dialog
      open
      onOpenChange={onClose}
      title={make.data ? 'Your new token' : 'New personal access token'}
      footer={
        make.data ? (
          <Button kind="primary" onClick={onClose}>
            I have copied it
          </Button>
        ) : (
          <>
            <Button onClick={onClose}>Cancel</Button>
            <Button type="submit" form="new-token" kind="primary" busy={make.isPending}>
              Make the token
            </Button>
          </>
        )
      }
    >
      {make.data ? (
        <div className="flex flex-col gap-3 text-sm">
          <p className="text-muted">
            Copy it now: it is shown this once. Whoever has it may do what you chose, so keep it as you keep a
            password.
          </p>
          <Secret label="the token" text={make.data.token} />
        </div>
      ) : (
        <Form make={make.mutate} error={make.error} />
      )}
    </Dialog>
  );
}

type Body = { name: string; scopes: Scope[]; days: number | null; group: string | null };

function Form({ make, error }: { make: (given: { body: Body }) => void; error: unknown }) {
  const { me } = useSession();
  const [body, setBody] = useState<Body>({ name: '', scopes: ['read'], days: 90, group: null });
  const groups = api.useQuery('get', '/api/groups', { params: { query: { limit: 200 } } });
  const errors = fieldErrors(error);
  const isFor = (scope: Scope) => scope !== 'admin' || (me?.role === 'admin' && body.group === null);
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    make({ body: { ...body, scopes: body.scopes.filter(isFor) } });
  };
  const toggle = (scope: Scope, isOn: boolean) =>
    setBody({ ...body, scopes: isOn ? [...body.scopes, scope] : body.scopes.filter((one) => one !== scope) });
  return (
    <form id="new-token" onSubmit={submit} className="flex flex-col gap-4">
      <Field label="Name" hint="What it is for, so that you know it later." error={errors.name}>
        <Input
          required
          maxLength={200}
          value={body.name}
          onChange={(event) => setBody({ ...body, name: event.target.value })}
        />
      </Field>
      <fieldset className="flex flex-col gap-1.5">
        <legend className="mb-1.5 text-sm font-medium">It may</legend>
        {SCOPES.filter(([scope]) => isFor(scope)).map(([scope, meaning]) => (
          <Checkbox
            key={scope}
            checked={body.scopes.includes(scope)}
            onChange={(isOn) => toggle(scope, isOn)}
          >
            <span>
              <code className="mr-2">{scope}</code>
              <span className="text-muted">{meaning}</span>
            </span>
          </Checkbox>
        ))}
      </fieldset>
      <Field label="Valid for" error={errors.days}>
        <Select
          value={body.days ?? ''}
          onChange={(event) => setBody({ ...body, days: Number(event.target.value) || null })}
        >
          {DAYS.map((days) => (
            <option key={days} value={days}>{`${days} days`}</option>
          ))}
          <option value="">until it is revoked</option>
        </Select>
      </Field>
      <Field
        label="Only for a group"
        optional
        hint="With it one sees nothing outside the group and makes nothing new; it ends with the group."
        error={errors.group}
      >
        <Select
          value={body.group ?? ''}
          onChange={(event) => setBody({ ...body, group: event.target.value || null })}
        >
          <option value="">everything</option>
          {groups.data?.items.map((group) => (
            <option key={group.uuid} value={group.uuid}>
              {group.name}
            </option>
          ))}
        </Select>
      </Field>
      {error !== null && (
        <div className="rounded-md bg-bad-soft">
          <ErrorPanel error={error} title="No token was made" />
        </div>
      )}
    </form>
  );
}
