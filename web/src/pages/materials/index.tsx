export { MaterialsPage as default } from '@/features/materials/MaterialsPage';
