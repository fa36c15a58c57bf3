import { Badge } from '@/shared/ui/Badge';
import { type Stage, STAGES } from './learning';

/** `<StageBadge stage={model.stage} />` */
export function StageBadge({ stage }: { stage: Stage }) {
  const { word, ...look } = STAGES[stage];
  return <Badge {...look}>{word}</Badge>;
}
