import { invalidateOn } from '@/shared/events/invalidation';

invalidateOn((event) => {
  if (event.node_type.startsWith('data.core.code.')) return [['get', '/api/codes']];
  return event.kind === 'report' ? [] : [['get', '/api/instance/health']];
});
