import { invalidateOn } from '@/shared/events/invalidation';

invalidateOn((event) => {
  if (event.kind === 'report') return [];
  if (event.node_type.startsWith('data.core.structure.')) return [['get', '/api/structures']];
  if (event.node_type.startsWith('process.workflow.')) return [['get', '/api/jobs']];
  if (event.node_type.startsWith('data.nanoos.material.')) return [['get', '/api/materials/{material_id}']];
  return [];
});
