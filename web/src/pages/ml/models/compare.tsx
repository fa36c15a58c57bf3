export { ComparePage as default } from '@/features/learning/compare/ComparePage';
