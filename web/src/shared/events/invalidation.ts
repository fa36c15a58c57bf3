import { matchQuery, type Query, type QueryClient, type QueryKey } from '@tanstack/react-query';
import { FEW_PAGES } from '@/shared/api/list';
import type { ChangeEvent } from './event';

/** What an event makes out of date: the beginnings of query keys, `['get', '/api/jobs']`. */
export type Rule = (event: ChangeEvent) => QueryKey[];

const rules = new Set<Rule>();
/** [ms] Between an event and loading again; more events meanwhile cost nothing. */
const PAUSE = 150;

/**
 * Say once, at the top of a feature's module, what its pages load again after which events:
 *
 *     invalidateOn((event) => (event.kind === 'process' ? [['get', '/api/jobs']] : []));
 */
export function invalidateOn(rule: Rule): void {
  rules.add(rule);
}

/** A function that takes events and loads again what they make out of date, a few times a second at most. */
export function invalidator(queries: QueryClient): (event: ChangeEvent) => void {
  const due = new Map<string, QueryKey>();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const flush = () => {
    timer = undefined;
    const keys = [...due.values()];
    due.clear();
    for (const key of keys) {
      // What is being loaded now may be older than the event: it is loaded again after that.
      if (queries.isFetching({ queryKey: key }) > 0) due.set(JSON.stringify(key), key);
      else reload(queries, key);
    }
    if (due.size > 0) timer = setTimeout(flush, PAUSE);
  };
  return (event) => {
    for (const rule of rules) for (const key of rule(event)) due.set(JSON.stringify(key), key);
    if (due.size > 0) timer ??= setTimeout(flush, PAUSE);
  };
}

/** Load again what a key begins with; of a list that is long only say that it has changed. */
function reload(queries: QueryClient, queryKey: QueryKey): void {
  const matches = (query: Query) => matchQuery({ queryKey }, query);
  void queries.invalidateQueries({ predicate: (query) => matches(query) && !isLong(query) });
  void queries.invalidateQueries({
    predicate: (query) => matches(query) && isLong(query),
    refetchType: 'none',
  });
}

function isLong(query: Query): boolean {
  const data = query.state.data as { pages?: unknown[] } | undefined;
  return (data?.pages?.length ?? 0) > FEW_PAGES;
}
