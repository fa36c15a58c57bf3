import { useSyncExternalStore } from 'react';
import type { Named } from './examples';

const KEY = 'nanoos.queries';
const NONE: Named[] = [];
const listeners = new Set<() => void>();
let known: { text: string | null; queries: Named[] } = { text: null, queries: NONE };

/** The queries of this browser, by name. */
function read(): Named[] {
  const text = localStorage.getItem(KEY);
  if (text !== known.text) known = { text, queries: parsed(text) };
  return known.queries;
}

function parsed(text: string | null): Named[] {
  try {
    const found: unknown = JSON.parse(text ?? '[]');
    return Array.isArray(found) ? found.filter(isNamed) : NONE;
  } catch {
    return NONE;
  }
}

function isNamed(one: unknown): one is Named {
  return (
    typeof one === 'object' &&
    one !== null &&
    'name' in one &&
    'text' in one &&
    typeof one.name === 'string' &&
    typeof one.text === 'string'
  );
}

function write(queries: Named[]): void {
  localStorage.setItem(KEY, JSON.stringify(queries));
  listeners.forEach((tell) => tell());
}

function onChange(listener: () => void): () => void {
  listeners.add(listener);
  // Another tab.
  window.addEventListener('storage', listener);
  return () => {
    listeners.delete(listener);
    window.removeEventListener('storage', listener);
  };
}

/** Queries that were saved, in this browser alone; one that has a name already is replaced. */
export function useSaved() {
  const queries = useSyncExternalStore(onChange, read, () => NONE);
  return {
    queries,
    save: (query: Named) => write([...read().filter((one) => one.name !== query.name), query]),
    remove: (name: string) => write(read().filter((one) => one.name !== name)),
  };
}
