import { GraduationCap } from 'lucide-react';
import { api } from '@/shared/api/client';
import { useList } from '@/shared/api/list';
import { ButtonLink } from '@/shared/ui/Button';
import { Field, Select } from '@/shared/ui/Field';
import { Link } from '@/shared/ui/Link';
import { Async, Empty, SkeletonRows } from '@/shared/ui/states';
import { inWords, type ModelRow, percent, type Stage, STAGES, told } from '../learning';

const MOST = 200;
/** Archived models are left out, unless one is asked for. */
const OFFERED: Stage[] = ['production', 'candidate'];

/** The models to choose from: those in production first, and one that the address asks for. */
export function useModels(asked: string | undefined) {
  const production = useList('/api/ml/models', { query: { stage: 'production', limit: MOST } });
  const candidates = useList('/api/ml/models', { query: { stage: 'candidate', limit: MOST } });
  const listed = [...production.items, ...candidates.items];
  const isLoaded = production.data !== undefined && candidates.data !== undefined;
  const isMissing = asked !== undefined && isLoaded && !listed.some(({ uuid }) => uuid === asked);
  const found = api.useQuery(
    'get',
    '/api/ml/models/{uuid}',
    { params: { path: { uuid: asked ?? '' } } },
    { enabled: isMissing },
  );
  const failed = [production, candidates, ...(isMissing ? [found] : [])].find(
    (query) => query.error !== null && query.data === undefined,
  );
  const models: ModelRow[] = found.data && isMissing ? [found.data, ...listed] : listed;
  return {
    data: isLoaded && !(isMissing && found.isPending) ? models : undefined,
    error: failed?.error ?? null,
    refetch: () => failed?.refetch(),
  };
}

/** Which model predicts. */
export function ModelChoice({
  query,
  value,
  onChange,
}: {
  query: ReturnType<typeof useModels>;
  value: string | undefined;
  onChange: (uuid: string) => void;
}) {
  return (
    <Async query={query} loading={<SkeletonRows rows={2} />}>
      {(models) => {
        const model = models.find(({ uuid }) => uuid === value);
        if (models.length === 0) {
          return (
            <Empty
              icon={GraduationCap}
              title="No models yet"
              action={<ButtonLink href="/ml/models/new">Train one</ButtonLink>}
            >
              A model that was trained predicts what it has learnt, for structures that nobody has computed.
            </Empty>
          );
        }
        return (
          <div className="flex flex-col gap-3">
            <Field label="Model" hint={model && `${STAGES[model.stage].word}, ${model.kind}`}>
              <Select value={value} onChange={(event) => onChange(event.target.value)}>
                {[...OFFERED, 'archived' as const].map((stage) => {
                  const own = models.filter((one) => one.stage === stage);
                  return (
                    own.length > 0 && (
                      <optgroup key={stage} label={STAGES[stage].word}>
                        {own.map((one) => (
                          <option key={one.uuid} value={one.uuid}>
                            {`${one.name.slice(0, 60)}: ${inWords(one.target)}`}
                          </option>
                        ))}
                      </optgroup>
                    )
                  );
                })}
              </Select>
            </Field>
            {model && <About model={model} />}
          </div>
        );
      }}
    </Async>
  );
}

function About({ model }: { model: ModelRow }) {
  return (
    <p className="text-sm text-muted">
      {`Predicts ${inWords(model.target)}${model.unit && ` in ${model.unit}`}; on rows that it had not seen it was off by ${told(model.mae, model.unit, 3)}, and ${percent(model.coverage)} lay in their intervals. `}
      <Link href={`/ml/models/${model.uuid}`}>More of it</Link>
    </p>
  );
}
