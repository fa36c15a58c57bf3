import { api } from '@/shared/api/client';
import { Field, Input, NumberWithUnit, Select } from '@/shared/ui/Field';
import type { Resources } from './resources';
import type { Choices } from './useChoices';

/** A scheduler that starts at once what it is given: it has no queues and no priorities. */
const DIRECT = 'core.direct';

/** Where a job runs, and what it asks the scheduler there for. */
export function ResourceFields({
  codes,
  code,
  resources,
  errors,
  onCode,
  onChange,
}: {
  codes: Choices['codes'];
  code: string;
  resources: Resources;
  errors: Record<string, string>;
  onCode: (uuid: string) => void;
  onChange: (resources: Resources) => void;
}) {
  const computers = api.useQuery('get', '/api/computers', {}, { staleTime: Infinity });
  const chosen = codes.find((one) => one.uuid === code) ?? codes[0];
  const scheduler = computers.data?.find((one) => one.uuid === chosen?.computer_uuid)?.scheduler;
  const hasQueues = scheduler !== undefined && scheduler !== DIRECT;
  const set = (changes: Partial<Resources>) => onChange({ ...resources, ...changes });
  return (
    <div className="grid gap-x-6 gap-y-4 sm:grid-cols-2 xl:grid-cols-3">
      <Field
        label="Code"
        hint={chosen && `on ${chosen.computer}, scheduler ${scheduler?.replace('core.', '') ?? '…'}`}
      >
        <Select value={code} onChange={(event) => onCode(event.target.value)}>
          <option value="">The engine’s own on this machine</option>
          {codes.map((one) => (
            <option key={one.uuid} value={one.uuid}>{`${one.label}@${one.computer}`}</option>
          ))}
        </Select>
      </Field>
      <Field
        label="Processes"
        hint="MPI processes of one calculation; empty: 1"
        error={errors['options.resources.num_mpiprocs_per_machine']}
      >
        <NumberWithUnit
          unit=""
          min={1}
          max={256}
          step={1}
          value={resources.processes}
          onChange={(processes) => set({ processes })}
        />
      </Field>
      <Field
        label="Wall time"
        hint="longest time of one calculation; empty: the engine’s own"
        error={errors['options.max_wallclock_seconds']}
      >
        <NumberWithUnit
          unit="min"
          min={1}
          value={resources.minutes}
          onChange={(minutes) => set({ minutes })}
        />
      </Field>
      {hasQueues && (
        <>
          <Field label="Machines" hint="nodes of one calculation; empty: 1">
            <NumberWithUnit
              unit=""
              min={1}
              max={64}
              step={1}
              value={resources.machines}
              onChange={(machines) => set({ machines })}
            />
          </Field>
          {(['queue', 'account', 'priority'] as const).map((name) => (
            <Field
              key={name}
              optional
              label={name.charAt(0).toUpperCase() + name.slice(1)}
              error={errors[`options.${name === 'queue' ? 'queue_name' : name}`]}
            >
              <Input value={resources[name]} onChange={(event) => set({ [name]: event.target.value })} />
            </Field>
          ))}
        </>
      )}
    </div>
  );
}
