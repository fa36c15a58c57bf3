export { TrainPage as default } from '@/features/learning/train/TrainPage';
