export { AdministrationPage as default } from '@/features/administration/AdministrationPage';
