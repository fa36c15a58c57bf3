export { JobPage as default } from '@/features/jobs/detail/JobPage';
