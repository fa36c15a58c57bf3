export { QueryPage as default } from '@/features/query/QueryPage';
