export { GraphPage as default } from '@/features/graph/GraphPage';
