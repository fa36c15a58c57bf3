import { useQueryClient } from '@tanstack/react-query';
import { type SubmitEvent, useState } from 'react';
import { api } from '@/shared/api/client';
import { fieldErrors } from '@/shared/api/errors';
import type { components } from '@/shared/api/schema';
import { Button } from '@/shared/ui/Button';
import { Dialog } from '@/shared/ui/Dialog';
import { Checkbox, Field, Input, Select, Textarea } from '@/shared/ui/Field';
import { ErrorPanel } from '@/shared/ui/states';
import { useToast } from '@/shared/ui/Toast';

type Body = components['schemas']['NewComputer'];

const TRANSPORTS: [Body['transport'], string][] = [
  ['core.ssh', 'SSH, with a key for each person'],
  ['core.ssh_async', 'SSH, as OpenSSH is set up'],
  ['core.local', 'this machine'],
];
const EMPTY: Body = {
  label: '',
  hostname: '',
  description: '',
  transport: 'core.ssh',
  scheduler: 'core.slurm',
  work_dir: '/scratch/{username}/aiida_run',
  mpirun_command: 'mpirun -np {tot_num_mpiprocs}',
  prepend_text: '',
  own_accounts: true,
};

/** Set a computer up; nobody can submit there yet. */
export default function NewComputer({ onClose }: { onClose: () => void }) {
  const [body, setBody] = useState(EMPTY);
  const queries = useQueryClient();
  const toast = useToast();
  const make = api.useMutation('post', '/api/computers', {
    onSuccess: () => {
      void queries.invalidateQueries({ queryKey: ['get', '/api/computers'] });
      toast({ title: `${body.label} is set up`, detail: 'Say now who may submit there.' });
      onClose();
    },
  });
  const errors = fieldErrors(make.error);
  const text = (
    key: 'label' | 'hostname' | 'scheduler' | 'work_dir' | 'mpirun_command' | 'prepend_text',
  ) => ({
    value: body[key],
    onChange: (event: { target: { value: string } }) => setBody({ ...body, [key]: event.target.value }),
  });
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    make.mutate({ body: { ...body, own_accounts: body.own_accounts && body.transport === 'core.ssh' } });
  };
  return (
    <Dialog
      open
      onOpenChange={onClose}
      title="New computer"
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" form="new-computer" kind="primary" busy={make.isPending}>
            Set it up
          </Button>
        </>
      }
    >
      <form id="new-computer" onSubmit={submit} className="flex flex-col gap-4">
        <Field label="Label" hint="Letters, digits and . _ + -" error={errors.label}>
          <Input required maxLength={100} {...text('label')} />
        </Field>
        <Field label="Host" hint="Name or address of the machine to sign in to." error={errors.hostname}>
          <Input required {...text('hostname')} />
        </Field>
        <Field label="Reached by" error={errors.transport}>
          <Select
            value={body.transport}
            onChange={({ target }) => {
              const transport = TRANSPORTS.find(([name]) => name === target.value)?.[0] ?? 'core.ssh';
              setBody({ ...body, transport });
            }}
          >
            {TRANSPORTS.map(([name, meaning]) => (
              <option key={name} value={name}>{`${meaning} (${name})`}</option>
            ))}
          </Select>
        </Field>
        {body.transport === 'core.ssh' && (
          <Checkbox
            checked={body.own_accounts === true}
            onChange={(own_accounts) => setBody({ ...body, own_accounts })}
          >
            People may use accounts of their own there
          </Checkbox>
        )}
        <Field
          label="Scheduler"
          hint="Plugin of AiiDA: core.slurm, core.pbspro, core.direct …"
          error={errors.scheduler}
        >
          <Input required {...text('scheduler')} />
        </Field>
        <Field
          label="Working folder"
          hint="{username} is the name of the account there."
          error={errors.work_dir}
        >
          <Input required {...text('work_dir')} />
        </Field>
        <Field label="How MPI starts a program" error={errors.mpirun_command}>
          <Input {...text('mpirun_command')} />
        </Field>
        <Field label="Shell lines before every calculation" optional error={errors.prepend_text}>
          <Textarea rows={3} spellCheck={false} className="font-mono text-xs" {...text('prepend_text')} />
        </Field>
        {make.error && (
          <div className="rounded-md bg-bad-soft">
            <ErrorPanel error={make.error} title="Nothing was set up" />
          </div>
        )}
      </form>
    </Dialog>
  );
}
