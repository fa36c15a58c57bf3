export { DatasetPage as default } from '@/features/learning/datasets/DatasetPage';
