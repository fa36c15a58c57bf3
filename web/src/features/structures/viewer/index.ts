import { lazyViewer } from '@/shared/ui/lazyViewer';

/** 3Dmol and what stands around it, loaded when the first structure is shown. */
export const StructureViewer = lazyViewer(() => import('./StructureViewer'), 'h-120');
