import { useQuery } from '@tanstack/react-query';
import { api } from '@/shared/api/client';
import { loadFile } from '@/shared/api/files';
import type { components } from '@/shared/api/schema';
import { type NumberArray, readNpy } from './npy';

export type Link = components['schemas']['api__schemas__jobs__Link'];
type Attributes = Record<string, unknown>;

/** [numbers] Arrays with more are not loaded to be looked at. */
const MOST_NUMBERS = 2_000_000;

/** A node with its attributes; data never change. */
export function useNode(uuid: string) {
  return api.useQuery('get', '/api/nodes/{uuid}', { params: { path: { uuid } } }, { staleTime: 'static' });
}

/** The arrays of a node and their shapes, as its attributes have them. */
export function shapesOf(attributes: Attributes): Record<string, number[]> {
  const shapes: Record<string, number[]> = {};
  for (const [key, value] of Object.entries(attributes)) {
    const name = /^array\|(.+)$/.exec(key)?.[1];
    if (name !== undefined && Array.isArray(value)) shapes[name] = value as number[];
  }
  return shapes;
}

export type Arrays = { attributes: Attributes; arrays: Record<string, NumberArray> };

/** The arrays of a node by name, those that are asked for and there; all when `names` is left out. */
export function useArrays(uuid: string, names?: readonly string[]) {
  const node = useNode(uuid);
  const attributes = node.data?.attributes;
  const arrays = useQuery({
    queryKey: ['arrays', uuid, names],
    queryFn: ({ signal }) => loadArrays(uuid, attributes ?? {}, names, signal),
    enabled: attributes !== undefined,
    staleTime: 'static',
  });
  return {
    data: arrays.data,
    error: node.error ?? arrays.error,
    refetch: () => (node.error ? node.refetch() : arrays.refetch()),
  };
}

async function loadArrays(
  uuid: string,
  attributes: Attributes,
  names: readonly string[] | undefined,
  signal: AbortSignal,
): Promise<Arrays> {
  const shapes = shapesOf(attributes);
  const wanted = Object.keys(shapes).filter((name) => names === undefined || names.includes(name));
  const loaded = await Promise.all(
    wanted.map(async (name) => {
      const count = (shapes[name] ?? []).reduce((product, one) => product * one, 1);
      if (count > MOST_NUMBERS) {
        throw new Error(
          `The array “${name}” has ${count.toLocaleString('en')} numbers; at most ${MOST_NUMBERS.toLocaleString('en')} are shown here. Download the file ${name}.npy instead.`,
        );
      }
      return [name, readNpy((await loadFile(uuid, `${name}.npy`, undefined, signal)).bytes)] as const;
    }),
  );
  return { attributes, arrays: Object.fromEntries(loaded) };
}
