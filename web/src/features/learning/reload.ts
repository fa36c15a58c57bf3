import { invalidateOn } from '@/shared/events/invalidation';

const TYPES: Record<string, string> = {
  'data.nanoos.model.': '/api/ml/models',
  'data.nanoos.dataset.': '/api/ml/datasets',
  'data.nanoos.features.': '/api/structures/{structure_uuid}/similar',
};

// Models and data sets never change but by their stage, of which no event tells: who changes it loads it again.
invalidateOn((event) => {
  if (event.kind === 'report') return [];
  const list = Object.entries(TYPES).find(([type]) => event.node_type.startsWith(type))?.[1];
  if (list !== undefined) return [['get', list]];
  return event.kind === 'process' ? [['get', '/api/jobs']] : [];
});
