import { useEffect, useRef, useState } from 'react';
import { client } from '@/shared/api/client';
import type { components } from '@/shared/api/schema';
import type { Row } from './rows';
import type { Given } from './useFiles';

type Answer = components['schemas']['Predictions'];
export type Asked = { model: string; structures: string[]; given: Given[] };
export type Told = Pick<Answer, 'model' | 'target' | 'unit' | 'coverage'> & {
  asked: Asked;
  rows: Row[];
  failed: number;
  cached: number;
};

/** Structures of one request: few enough for the first to be seen soon. */
const BATCH = 200;

/** Predictions of many structures, which come batch by batch. */
export function usePredictions() {
  const [told, setTold] = useState<Told | null>(null);
  const [error, setError] = useState<unknown>(null);
  const [isRunning, setRunning] = useState(false);
  const stop = useRef<AbortController>(undefined);
  useEffect(() => () => stop.current?.abort(), []);
  const run = async (asked: Asked) => {
    stop.current?.abort();
    const { signal } = (stop.current = new AbortController());
    setTold(null);
    setError(null);
    setRunning(true);
    try {
      let found: Told | null = null;
      for (const body of batchesOf(asked, BATCH)) {
        const { data } = await client.POST('/api/ml/properties', { body, signal });
        if (data === undefined) throw new Error('The API answered without predictions.');
        found = joined(found, data, asked);
        setTold(found);
      }
    } catch (problem) {
      if (!signal.aborted) setError(problem);
    } finally {
      if (stop.current.signal === signal) setRunning(false);
    }
  };
  return { told, error, isRunning, run, stop: () => stop.current?.abort() };
}

/** Keep predictions, and the structures that were given, as one process; its UUID. */
export async function keep(asked: Asked): Promise<string> {
  const { data } = await client.POST('/api/ml/properties', { body: { ...asked, store: true } });
  if (!data?.process) throw new Error('The API kept nothing.');
  return data.process;
}

/** What is asked in parts; those of the graph come before those that were given. */
export function batchesOf({ model, structures, given }: Asked, size: number) {
  const count = structures.length + given.length;
  return Array.from({ length: Math.ceil(count / size) }, (_, at) => {
    const [begin, end] = [at * size, (at + 1) * size];
    return {
      model,
      structures: structures.slice(begin, end),
      given: given.slice(Math.max(0, begin - structures.length), Math.max(0, end - structures.length)),
      store: false,
    };
  });
}

function joined(before: Told | null, { predictions, failed, cached, ...rest }: Answer, asked: Asked): Told {
  const rows = before?.rows ?? [];
  return {
    ...rest,
    asked,
    rows: [...rows, ...predictions.map((one, at) => ({ ...one, at: rows.length + at }))],
    failed: failed + (before?.failed ?? 0),
    cached: cached + (before?.cached ?? 0),
  };
}
