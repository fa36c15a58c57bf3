import { useRouter } from 'next/router';
import type { paths } from '@/shared/api/schema';

type Query = NonNullable<paths['/api/jobs']['get']['parameters']['query']>;
export type Filters = {
  status?: NonNullable<Query['status']>;
  workflow?: NonNullable<Query['workflow']>;
  engine?: string;
  since?: Since;
  mine?: 'true';
};
export type Since = 'today' | 'week' | 'month';

/** [d] */
const DAYS: Record<Since, number> = { today: 0, week: 7, month: 30 };

/** The filters of the list of jobs, which are in the address. */
export function useFilters(): [Filters, (changes: Partial<Filters>) => void] {
  const router = useRouter();
  const given = Object.entries(router.query).filter(([, value]) => typeof value === 'string' && value !== '');
  const filters: Filters = Object.fromEntries(given);
  const change = (changes: Partial<Filters>) => {
    const query: Record<string, string> = { ...filters, ...changes };
    for (const name of Object.keys(changes))
      if (!changes[name as keyof Filters]) Reflect.deleteProperty(query, name);
    void router.replace({ query }, undefined, { shallow: true });
  };
  return [filters, change];
}

/** What the API is asked with these filters; days begin at midnight, so that it is the same all day. */
export function asked({ since, mine, ...filters }: Filters): Query {
  return {
    ...filters,
    limit: 100,
    ...(mine === undefined ? {} : { mine: true }),
    ...(since === undefined ? {} : { created_after: midnight(DAYS[since]) }),
  };
}

function midnight(daysAgo: number): string {
  const day = new Date();
  day.setHours(0, 0, 0, 0);
  day.setDate(day.getDate() - daysAgo);
  return day.toISOString();
}
