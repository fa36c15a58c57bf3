import type { components } from '@/shared/api/schema';
import type { Choices } from './useChoices';

export type Options = components['schemas']['Options'];
/** What a job asks its scheduler for; null: what the engine asks for. */
export type Resources = {
  machines: number | null;
  processes: number | null;
  minutes: number | null;
  queue: string;
  account: string;
  priority: string;
};

export const NOTHING: Resources = {
  machines: null,
  processes: null,
  minutes: null,
  queue: '',
  account: '',
  priority: '',
};

/** Those of a job that was submitted before. */
export function resourcesOf(options: Record<string, unknown>): Resources {
  const given = options as Options;
  return {
    machines: given.resources?.num_machines ?? null,
    processes: given.resources?.num_mpiprocs_per_machine ?? null,
    minutes: given.max_wallclock_seconds == null ? null : given.max_wallclock_seconds / 60,
    queue: given.queue_name ?? '',
    account: given.account ?? '',
    priority: given.priority ?? '',
  };
}

/** What is sent of them: only what was given. */
export function optionsOf({ machines, processes, minutes, queue, account, priority }: Resources): Options {
  return {
    ...(minutes === null ? {} : { max_wallclock_seconds: Math.round(60 * minutes) }),
    ...(machines === null && processes === null
      ? {}
      : { resources: { num_machines: machines ?? 1, num_mpiprocs_per_machine: processes ?? 1 } }),
    ...(queue === '' ? {} : { queue_name: queue }),
    ...(account === '' ? {} : { account }),
    ...(priority === '' ? {} : { priority }),
  };
}

/** The codes that an engine can run by. */
export function codesFor({ codes, engine }: Choices): Choices['codes'] {
  return codes.filter((code) => code.description === engine?.label);
}
