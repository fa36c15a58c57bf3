import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { client } from '@/shared/api/client';
import type { BuilderName } from './builders';
import type { Values } from './schema';

/** [ms] After the last change, so that not every letter is built. */
const PAUSE = 300;

/**
 * What a builder would make, anew after each change; the request before is given up.
 *
 * Each answer belongs to the parameters that it was asked with, so that an older one that comes later is never
 * shown for newer ones; `isCurrent` says whether what is shown is that of the form.
 */
export function usePreview(
  builder: BuilderName,
  structure: string | undefined,
  parameters: Values,
  isReady: boolean,
) {
  const wanted = JSON.stringify({ structure, parameters });
  const asked = useSettled(wanted);
  const preview = useQuery({
    queryKey: ['build-preview', builder, asked],
    queryFn: async ({ signal }) => {
      const body = JSON.parse(asked) as { structure?: string; parameters: Values };
      const { data } = await client.POST('/api/structures/build/{builder}/preview', {
        params: { path: { builder } },
        body,
        signal,
      });
      return data ?? null;
    },
    enabled: isReady,
    placeholderData: keepPreviousData,
    gcTime: 60_000,
    staleTime: Infinity,
  });
  const isCurrent = wanted === asked && !preview.isPlaceholderData && !preview.isFetching;
  return { ...preview, isCurrent };
}

/** A value once it has not changed for a while. */
function useSettled(value: string): string {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), PAUSE);
    return () => clearTimeout(timer);
  }, [value]);
  return settled;
}
