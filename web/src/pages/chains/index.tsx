export { ChainsPage as default } from '@/features/chains/ChainsPage';
