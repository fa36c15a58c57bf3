export { StructurePage as default } from '@/features/structures/page/StructurePage';
