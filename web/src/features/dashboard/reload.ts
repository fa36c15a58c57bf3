import { invalidateOn } from '@/shared/events/invalidation';

invalidateOn((event) => {
  const counts = ['get', '/api/statistics'];
  if (event.kind === 'report') return [];
  if (event.node_type.startsWith('process.workflow.')) return [counts, ['get', '/api/jobs']];
  if (event.node_type.startsWith('data.nanoos.material.')) return [counts, ['get', '/api/materials']];
  return [counts];
});
