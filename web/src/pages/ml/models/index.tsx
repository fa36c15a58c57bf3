export { ModelsPage as default } from '@/features/learning/models/ModelsPage';
