export { PredictionsPage as default } from '@/features/learning/predictions/PredictionsPage';
