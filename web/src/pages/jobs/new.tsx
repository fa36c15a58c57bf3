export { NewJobPage as default } from '@/features/jobs/submit/NewJobPage';
