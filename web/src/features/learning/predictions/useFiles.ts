import { useCallback, useEffect, useRef, useState } from 'react';
import { parse } from '@/features/structures/upload/parse';
import type { ParsedStructure } from '@/features/structures/structure';
import { ApiError, messageOf } from '@/shared/api/errors';
import type { components } from '@/shared/api/schema';
import { splitFile } from './split';

export type Given = components['schemas']['GivenStructure'];
export type Refused = { name: string; message: string };

/** How many files are read at once. */
const AT_ONCE = 4;
/** [ms] Before a file is read again that the API had no time for, and how often. */
const PAUSE = 2_000;
const TRIES = 5;

/** Files of structures as the API reads them; nothing is stored. */
export function useFiles() {
  const [given, setGiven] = useState<Given[]>([]);
  const [refused, setRefused] = useState<Refused[]>([]);
  const [left, setLeft] = useState(0);
  const stop = useRef<AbortController>(undefined);
  const waiting = useRef<File[]>([]);
  useEffect(() => () => stop.current?.abort(), []);

  const work = useCallback(async (signal: AbortSignal) => {
    for (let file = waiting.current.shift(); file; file = waiting.current.shift()) {
      const { name } = file;
      const read = await readOne(file, signal);
      // Those who cleared the list want nothing of it any more.
      if (signal.aborted) return;
      if (typeof read === 'string') setRefused((before) => [...before, { name, message: read }]);
      else setGiven((before) => [...before, read]);
      setLeft((before) => before - 1);
    }
  }, []);
  const add = useCallback(
    async (files: File[]) => {
      if (stop.current === undefined || stop.current.signal.aborted) stop.current = new AbortController();
      const { signal } = stop.current;
      for (const file of files) {
        const parts = await splitFile(file);
        waiting.current.push(...parts);
        setLeft((before) => before + parts.length);
      }
      await Promise.all(Array.from({ length: AT_ONCE }, () => work(signal)));
    },
    [work],
  );
  const clear = useCallback(() => {
    stop.current?.abort();
    waiting.current = [];
    setGiven([]);
    setRefused([]);
    setLeft(0);
  }, []);
  return { given, refused, left, add, clear };
}

/** The structure in a file, or why there is none. */
async function readOne(file: File, signal: AbortSignal): Promise<Given | string> {
  try {
    return givenOf(file.name, await parsed(file, signal));
  } catch (error) {
    return messageOf(error);
  }
}

async function parsed(file: File, signal: AbortSignal): Promise<ParsedStructure> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await parse({ id: 0, file, index: null }, signal);
    } catch (error) {
      const isBusy = error instanceof ApiError && (error.status === 429 || error.status === 503);
      if (!isBusy || attempt === TRIES) throw error;
      await new Promise((resolve) => setTimeout(resolve, attempt * PAUSE));
    }
  }
}

/** What was read as the API predicts it: a crystal. */
export function givenOf(name: string, { symbols, positions, cell, pbc }: ParsedStructure): Given {
  if (!pbc.every(Boolean))
    throw new Error('It is not periodic in three directions: models know crystals only.');
  return { name: name.slice(0, 200), symbols, positions, cell };
}
