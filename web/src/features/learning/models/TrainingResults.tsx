import { GraduationCap } from 'lucide-react';
import { api } from '@/shared/api/client';
import { ButtonLink } from '@/shared/ui/Button';
import { Card } from '@/shared/ui/Card';
import { Async } from '@/shared/ui/states';
import { Metrics } from './Metrics';
import { LossCurve } from './Training';

/** What came of a training: the model and how good it is. */
export default function TrainingResults({ outputs }: { outputs: Record<string, string> }) {
  const uuid = outputs.model ?? '';
  const model = api.useQuery('get', '/api/ml/models/{uuid}', { params: { path: { uuid } } });
  return (
    <Card
      title="Model"
      actions={
        <ButtonLink size="s" icon={GraduationCap} href={`/ml/models/${uuid}`}>
          Open the model
        </ButtonLink>
      }
    >
      <Async query={model}>{(found) => <Metrics model={found} />}</Async>
      {outputs.arrays !== undefined && <LossCurve uuid={outputs.arrays} />}
    </Card>
  );
}
