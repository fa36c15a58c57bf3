import { invalidateOn } from '@/shared/events/invalidation';

invalidateOn((event) => (event.node_type.startsWith('data.core.code.') ? [['get', '/api/codes']] : []));
