import { useRef, useState } from 'react';
import type { Job } from '../job';
import type { Outcome } from './Outcomes';
import { type NewJob, useSubmission } from './useSubmission';

/** How many jobs are submitted at once: the API stores one after the other anyway. */
const AT_ONCE = 3;

/** Submit jobs, and know what became of each. */
export function useBatch() {
  const submitOne = useSubmission();
  const [outcomes, setOutcomes] = useState<Record<string, Outcome>>({});
  const [isSending, setSending] = useState(false);
  // A second click may come before React has disabled the button.
  const running = useRef<Promise<(Job | undefined)[]>>(undefined);
  const send = async (body: NewJob, onError: (error: unknown) => void): Promise<Job | undefined> => {
    const note = (outcome: Outcome) =>
      setOutcomes((before) => ({ ...before, [body.structure ?? '']: outcome }));
    note('sending');
    try {
      const job = await submitOne(body);
      note({ job });
      return job;
    } catch (error) {
      note({ error });
      onError(error);
      return undefined;
    }
  };
  const submitAll = async (bodies: NewJob[], onError: (error: unknown) => void) => {
    setSending(true);
    setOutcomes({});
    const made: (Job | undefined)[] = [];
    const waiting = [...bodies.entries()];
    const work = async () => {
      for (let next = waiting.shift(); next; next = waiting.shift())
        made[next[0]] = await send(next[1], onError);
    };
    await Promise.all(Array.from({ length: AT_ONCE }, work));
    setSending(false);
    return made;
  };
  const submit = (bodies: NewJob[], onError: (error: unknown) => void) => {
    running.current ??= submitAll(bodies, onError).finally(() => {
      running.current = undefined;
    });
    return running.current;
  };
  return { outcomes, submit, isSending };
}
