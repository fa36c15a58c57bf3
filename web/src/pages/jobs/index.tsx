export { JobsPage as default } from '@/features/jobs/list/JobsPage';
