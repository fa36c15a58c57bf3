import '../reload';
import { Sparkles, Square } from 'lucide-react';
import { useRouter } from 'next/router';
import { useCallback, useState } from 'react';
import { DropArea } from '@/features/structures/upload/DropArea';
import { Page } from '@/shared/shell/Page';
import { Button } from '@/shared/ui/Button';
import { Card } from '@/shared/ui/Card';
import { ErrorPanel, SkeletonRows } from '@/shared/ui/states';
import { Places } from '../Places';
import { Answers } from './Answers';
import { ModelChoice, useModels } from './ModelChoice';
import { MOST, Structures } from './Structures';
import { useFiles } from './useFiles';
import { usePredictions } from './usePredictions';

/** What a model says of structures, one or thousands; the address may say which model and structures. */
export function PredictionsPage() {
  const { query, isReady } = useRouter();
  const model = typeof query.model === 'string' ? query.model : undefined;
  const structures = [query.structure ?? []].flat();
  return (
    <Page title="Predictions">
      <Places />
      {isReady ? (
        <Shown key={`${model ?? ''} ${structures.join()}`} asked={model} structures={structures} />
      ) : (
        <SkeletonRows />
      )}
    </Page>
  );
}

function Shown({ asked, structures }: { asked: string | undefined; structures: string[] }) {
  const models = useModels(asked);
  const [picked, setPicked] = useState<string>();
  const [chosen, setChosen] = useState(structures);
  const files = useFiles();
  const { told, error, isRunning, run, stop } = usePredictions();
  const model = picked ?? asked ?? models.data?.[0]?.uuid;
  const { add } = files;
  const onFiles = useCallback((dropped: File[]) => void add(dropped), [add]);
  const count = chosen.length + files.given.length;
  const predict = () => {
    if (model !== undefined) void run({ model, structures: chosen, given: files.given });
  };
  return (
    <>
      <div className="grid items-start gap-5 lg:grid-cols-2">
        <Card title="Model">
          <ModelChoice query={models} value={model} onChange={setPicked} />
        </Card>
        <Card title="Structures">
          <Structures chosen={chosen} files={files} onChange={setChosen} />
        </Card>
      </div>
      <div className="flex flex-wrap items-center gap-3">
        <Button
          kind="primary"
          icon={Sparkles}
          className="h-9"
          busy={isRunning}
          disabled={model === undefined || count === 0 || count > MOST || files.left > 0}
          onClick={predict}
        >
          {count > 1 ? `Predict ${count.toLocaleString('en')} structures` : 'Predict'}
        </Button>
        {isRunning && (
          <>
            <Progress done={told?.rows.length ?? 0} count={count} />
            <Button icon={Square} kind="quiet" onClick={stop}>
              Stop
            </Button>
          </>
        )}
        {count > MOST && (
          <p role="alert" className="text-sm text-bad">
            {`At most ${MOST.toLocaleString('en')} structures at once, these are ${count.toLocaleString('en')}.`}
          </p>
        )}
      </div>
      {error !== null && (
        <Card>
          <ErrorPanel title="Not all was predicted" error={error} retry={predict} />
        </Card>
      )}
      {told && <Answers key={told.asked.model} told={told} isWhole={!isRunning && error === null} />}
      <DropArea onFiles={onFiles} />
    </>
  );
}

function Progress({ done, count }: { done: number; count: number }) {
  return (
    <span role="status" className="text-sm text-muted tabular">
      {`${done.toLocaleString('en')} of ${count.toLocaleString('en')} predicted`}
    </span>
  );
}
