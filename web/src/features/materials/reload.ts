import { invalidateOn } from '@/shared/events/invalidation';

const OF_MATERIAL = '/api/materials/{material_id}';

invalidateOn((event) => {
  if (event.kind === 'report') return [];
  if (event.node_type.startsWith('data.nanoos.material.'))
    return [
      ['get', '/api/materials'],
      ['get', OF_MATERIAL],
      ['get', `${OF_MATERIAL}/revisions`],
    ];
  if (event.node_type.startsWith('data.core.structure.')) return [['get', `${OF_MATERIAL}/structures`]];
  const isEndOfJob = event.node_type.startsWith('process.workflow.') && event.process_state === 'finished';
  return isEndOfJob ? [['get', `${OF_MATERIAL}/results`]] : [];
});
