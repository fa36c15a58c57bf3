export { GroupPage as default } from '@/features/groups/GroupPage';
