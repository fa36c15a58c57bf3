import { useQueryClient } from '@tanstack/react-query';
import { Pause, Play, OctagonX, type LucideIcon } from 'lucide-react';
import { useState } from 'react';
import { client } from '@/shared/api/client';
import { messageOf } from '@/shared/api/errors';
import { Button } from '@/shared/ui/Button';
import { Dialog } from '@/shared/ui/Dialog';
import { useToast } from '@/shared/ui/Toast';
import { isFinal, type Job, nameOf } from './job';

export type Action = 'pause' | 'play' | 'kill';

export const ACTIONS: Record<Action, { word: string; done: string; icon: LucideIcon }> = {
  pause: { word: 'Pause', done: 'paused', icon: Pause },
  play: { word: 'Go on', done: 'going on', icon: Play },
  kill: { word: 'Kill', done: 'killed', icon: OctagonX },
};

/** What may be done with a job: only its owner may. */
export function actionsFor(job: Job, me: string | undefined): Action[] {
  if (isFinal(job) || job.owner !== me) return [];
  return job.status === 'PAUSED' ? ['play', 'kill'] : ['pause', 'kill'];
}

type Refusal = { job: Job; message: string };

/**
 * Pause jobs, let them go on or kill them; killing asks first, and what did not happen is said of each one.
 *
 *     const { act, busy, dialogs } = useSteering();
 */
export function useSteering() {
  const toast = useToast();
  const queries = useQueryClient();
  const [busy, setBusy] = useState<Action | null>(null);
  const [toKill, setToKill] = useState<Job[]>([]);
  const [refused, setRefused] = useState<Refusal[]>([]);
  const send = async (action: Action, jobs: Job[]) => {
    setToKill([]);
    setBusy(action);
    const refusals = (await Promise.all(jobs.map((job) => steer(action, job)))).filter((one) => one !== null);
    setBusy(null);
    setRefused(refusals);
    const count = jobs.length - refusals.length;
    const [job] = jobs;
    if (count === 1 && jobs.length === 1 && job) {
      toast({ title: `${ACTIONS[action].word}: done`, detail: nameOf(job) });
    } else if (count > 0)
      toast({ title: `${count} ${count === 1 ? 'job is' : 'jobs are'} ${ACTIONS[action].done}` });
    void queries.invalidateQueries({ queryKey: ['get', '/api/jobs'] });
  };
  const act = (action: Action, jobs: Job[]) => {
    if (action === 'kill') setToKill(jobs);
    else void send(action, jobs);
  };
  const dialogs = (
    <>
      <KillDialog jobs={toKill} onClose={() => setToKill([])} onKill={() => void send('kill', toKill)} />
      <RefusedDialog refused={refused} onClose={() => setRefused([])} />
    </>
  );
  return { act, busy, dialogs };
}

async function steer(action: Action, job: Job): Promise<Refusal | null> {
  try {
    await client.POST('/api/jobs/{uuid}/{action}', { params: { path: { uuid: job.uuid, action } } });
    return null;
  } catch (error) {
    return { job, message: messageOf(error) };
  }
}

function KillDialog({ jobs, onClose, onKill }: { jobs: Job[]; onClose: () => void; onKill: () => void }) {
  const what = jobs.length === 1 ? 'this job' : `${jobs.length} jobs`;
  return (
    <Dialog
      open={jobs.length > 0}
      onOpenChange={(open) => open || onClose()}
      title={`Kill ${what}?`}
      description="All that runs below is ended too. What has been computed stays, and is taken from the cache when the job is submitted again."
      footer={
        <>
          <Button onClick={onClose}>Keep running</Button>
          <Button kind="danger" icon={OctagonX} onClick={onKill}>
            {`Kill ${what}`}
          </Button>
        </>
      }
    >
      <Names jobs={jobs} />
    </Dialog>
  );
}

function Names({ jobs }: { jobs: Job[] }) {
  return (
    <ul className="flex flex-col gap-1 text-sm">
      {jobs.map((job) => (
        <li key={job.uuid} dir="auto" title={nameOf(job)} className="truncate">
          {nameOf(job)}
        </li>
      ))}
    </ul>
  );
}

function RefusedDialog({ refused, onClose }: { refused: Refusal[]; onClose: () => void }) {
  return (
    <Dialog
      open={refused.length > 0}
      onOpenChange={(open) => open || onClose()}
      title={refused.length === 1 ? 'It was not done' : `It was not done for ${refused.length} jobs`}
      footer={<Button onClick={onClose}>Close</Button>}
    >
      <ul className="flex flex-col gap-3 text-sm">
        {refused.map(({ job, message }) => (
          <li key={job.uuid}>
            <p dir="auto" title={nameOf(job)} className="truncate font-medium">
              {nameOf(job)}
            </p>
            <p className="wrap-anywhere text-muted first-letter:uppercase">{message}</p>
          </li>
        ))}
      </ul>
    </Dialog>
  );
}
