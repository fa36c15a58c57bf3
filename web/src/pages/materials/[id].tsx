export { MaterialPage as default } from '@/features/materials/MaterialPage';
