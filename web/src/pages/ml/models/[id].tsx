export { ModelPage as default } from '@/features/learning/models/ModelPage';
