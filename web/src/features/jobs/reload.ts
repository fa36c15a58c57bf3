import { invalidateOn } from '@/shared/events/invalidation';
import { STEPS_KEY } from './detail/useJob';

const OF_A_JOB = ['', '/status', '/calculations', '/caching', '/chain', '/failure'].map((part) => [
  'get',
  `/api/jobs/{uuid}${part}`,
]);

// What a job called is known by its page alone; of jobs that have ended nothing is loaded again (`static`).
invalidateOn((event) => {
  if (event.kind === 'report') {
    return [
      ['get', '/api/jobs/{uuid}/report'],
      ['get', '/api/jobs/{uuid}/status'],
    ];
  }
  return event.kind === 'process' ? [['get', '/api/jobs'], ...OF_A_JOB, STEPS_KEY] : [];
});
