export { ChainPage as default } from '@/features/chains/ChainPage';
