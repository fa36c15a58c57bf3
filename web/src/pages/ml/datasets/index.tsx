export { DatasetsPage as default } from '@/features/learning/datasets/DatasetsPage';
