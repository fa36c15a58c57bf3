export { SharingPage as default } from '@/features/sharing/SharingPage';
