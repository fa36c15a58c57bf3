export { BuildPage as default } from '@/features/structures/build/BuildPage';
