import { useRef } from 'react';
import { client } from '@/shared/api/client';
import { whenOnline } from '@/shared/api/connection';
import { UnreachableError } from '@/shared/api/errors';
import type { components } from '@/shared/api/schema';
import type { Job } from '../job';

export type NewJob = components['schemas']['NewJob'];
const TRIES = 5;

/** A function that submits a job, once. */
export function useSubmission(): (body: NewJob) => Promise<Job> {
  return useOnce(postJob);
}

async function postJob(body: NewJob, header: Header): Promise<Job | undefined> {
  return (await client.POST('/api/jobs', { body, params: { header } })).data;
}

type Header = { 'Idempotency-Key': string };

/**
 * A function that posts what makes a job, once however often it is called with the same body and whatever answers
 * are lost: each body has a key of its own, and for one key the API makes one job.
 */
export function useOnce<Body>(
  post: (body: Body, header: Header) => Promise<Job | undefined>,
): (body: Body) => Promise<Job> {
  const keys = useRef(new Map<string, string>());
  return async (body) => {
    const text = JSON.stringify(body);
    const key = keys.current.get(text) ?? newKey();
    keys.current.set(text, key);
    for (let attempt = 1; ; attempt += 1) {
      try {
        const data = await post(body, { 'Idempotency-Key': key });
        if (data === undefined) throw new Error('The API answered without a job.');
        return data;
      } catch (error) {
        if (!(error instanceof UnreachableError) || attempt === TRIES) throw error;
        await whenOnline();
      }
    }
  };
}

/** `crypto.randomUUID` is not there over plain http from another machine; this is. */
function newKey(): string {
  return [...crypto.getRandomValues(new Uint8Array(16))]
    .map((byte) => byte.toString(16).padStart(2, '0'))
    .join('');
}
