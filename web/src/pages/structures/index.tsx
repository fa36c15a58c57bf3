export { StructuresPage as default } from '@/features/structures/list/StructuresPage';
