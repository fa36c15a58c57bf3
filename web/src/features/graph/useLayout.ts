import { useEffect, useRef, useState } from 'react';
import type { Shown } from './fold';
import type { Question } from './layout';
import type { Place } from './walk';

export type Places = Map<string, Place>;
type Answer = { id: number; places: [string, Place][] };

/** Where what is shown stands. It is laid out anew only when nodes or links came or went. */
export function useLayout(shown: Shown | undefined): { places: Places | null; error: Error | null } {
  const [places, setPlaces] = useState<Places | null>(null);
  const [error, setError] = useState<Error | null>(null);
  const worker = useRef<Worker>(undefined);
  const newest = useRef(0);
  useEffect(() => {
    const started = new Worker(new URL('./layout.worker.ts', import.meta.url));
    started.addEventListener('message', ({ data }: MessageEvent<Answer>) => {
      if (data.id === newest.current) setPlaces(new Map(data.places));
    });
    started.addEventListener('error', (event) => setError(new Error(`The layout failed: ${event.message}`)));
    worker.current = started;
    return () => started.terminate();
  }, []);
  const question = shown && JSON.stringify(questionOf(shown));
  useEffect(() => {
    if (question === undefined) return;
    newest.current += 1;
    worker.current?.postMessage({ id: newest.current, question: JSON.parse(question) as Question });
  }, [question]);
  return { places, error };
}

function questionOf({ nodes, links }: Shown): Question {
  return {
    nodes: nodes.map(({ node }) => node.uuid),
    links: links.map(({ source, target }) => [source, target]),
  };
}
