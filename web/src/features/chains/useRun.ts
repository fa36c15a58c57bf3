import { useState } from 'react';
import type { Job } from '@/features/jobs/job';
import { useOnce } from '@/features/jobs/submit/useSubmission';
import { client } from '@/shared/api/client';
import type { components } from '@/shared/api/schema';

type NewRun = components['schemas']['NewRun'];
type NewOwnRun = components['schemas']['NewOwnRun'];
type Header = { 'Idempotency-Key': string };

/** Run a chain, once, and know what was wrong when it could not be. */
export function useRun(name: string) {
  return useSending(
    useOnce(async (body: NewRun, header: Header) => {
      const params = { path: { name }, header };
      return (await client.POST('/api/chains/{name}/runs', { body, params })).data;
    }),
  );
}

/** The same for a chain of one's own. */
export function useOwnRun() {
  return useSending(
    useOnce(
      async (body: NewOwnRun, header: Header) =>
        (await client.POST('/api/chains/runs', { body, params: { header } })).data,
    ),
  );
}

function useSending<Body>(submit: (body: Body) => Promise<Job>) {
  const [isSending, setSending] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const run = async (body: Body): Promise<Job | undefined> => {
    setSending(true);
    setError(null);
    try {
      return await submit(body);
    } catch (problem) {
      setError(problem);
      return undefined;
    } finally {
      setSending(false);
    }
  };
  return { run, isSending, error };
}
