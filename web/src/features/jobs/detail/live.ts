import { useEffect, useState } from 'react';
import { send } from '@/shared/api/client';
import { whenOnline } from '@/shared/api/connection';

/** What the API tells of a running calculation (`api/schemas/jobs.py`); OpenAPI has no place for a stream. */
export type Curve = { name: string; unit: string; along: string; x: number[]; y: number[] };
export type Live = { calculation: string; process: string; engine: string; curves: Curve[] };

/** [ms] Before the stream is opened again. */
const PAUSE = 1_000;

/** How the newest calculation of a job goes, told by the API as its program writes; null: nothing is told. */
export function useLive(uuid: string): Live | null {
  const [live, setLive] = useState<Live | null>(null);
  useEffect(() => {
    const stop = new AbortController();
    void follow(uuid, setLive, stop.signal);
    return () => stop.abort();
  }, [uuid]);
  return live;
}

/** Follow until the job has ended; a window that nobody sees holds no connection. */
async function follow(uuid: string, tell: (live: Live) => void, stop: AbortSignal): Promise<void> {
  while (!stop.aborted) {
    await whenSeen(stop);
    await whenOnline();
    const hasEnded = await once(uuid, tell, stop).catch(() => false);
    if (hasEnded) return;
    await new Promise((resolve) => setTimeout(resolve, PAUSE));
  }
}

function whenSeen(stop: AbortSignal): Promise<void> {
  if (!document.hidden) return Promise.resolve();
  return new Promise((resolve) => {
    document.addEventListener('visibilitychange', () => resolve(), { once: true, signal: stop });
    stop.addEventListener('abort', () => resolve(), { once: true });
  });
}

/** Read one stream to its end; whether that was the end of the job, or there is no such job. */
async function once(uuid: string, tell: (live: Live) => void, stop: AbortSignal): Promise<boolean> {
  const hidden = new AbortController();
  const hide = () => document.hidden && hidden.abort();
  document.addEventListener('visibilitychange', hide);
  try {
    const signal = AbortSignal.any([stop, hidden.signal]);
    const answer = await send(new Request(`/api/jobs/${uuid}/live`, { signal }));
    if (!answer.ok || answer.body === null) return answer.status === 404;
    return await readEvents(answer.body, tell);
  } finally {
    document.removeEventListener('visibilitychange', hide);
  }
}

async function readEvents(
  body: ReadableStream<Uint8Array<ArrayBuffer>>,
  tell: (live: Live) => void,
): Promise<boolean> {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return false;
    const events = `${text}${value}`.split('\n\n');
    text = events.pop() ?? '';
    for (const event of events) {
      if (event.startsWith('event: end')) return true;
      const data = /^data: (.*)$/m.exec(event)?.[1];
      if (data !== undefined) tell(JSON.parse(data) as Live);
    }
  }
}
