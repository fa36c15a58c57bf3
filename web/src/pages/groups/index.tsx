export { GroupsPage as default } from '@/features/groups/GroupsPage';
