import { Send } from 'lucide-react';
import { useRouter } from 'next/router';
import { type SubmitEvent, useRef, useState } from 'react';
import { useEngines } from '@/features/jobs/job';
import { ResourceFields } from '@/features/jobs/submit/ResourceFields';
import { api } from '@/shared/api/client';
import { fieldErrors } from '@/shared/api/errors';
import { Button } from '@/shared/ui/Button';
import { Card } from '@/shared/ui/Card';
import { ErrorPanel } from '@/shared/ui/states';
import type { DatasetRow } from '../learning';
import { DatasetFields } from './DatasetFields';
import { KindChoice } from './KindChoice';
import { SettingGrid } from './SettingGrid';
import { errorsOf, type Kinds } from './training';
import { useSubmission, useTraining } from './useTraining';

/** Engine whose codes are Pythons with this package. */
const OF_CODES = 'mlip';

/** What to learn from, with which kind of model and settings, all from the schemas of the API. */
export function TrainForm({
  datasets,
  kinds,
  asked,
}: {
  datasets: DatasetRow[];
  kinds: Kinds;
  asked: string | undefined;
}) {
  const router = useRouter();
  const form = useRef<HTMLFormElement>(null);
  const draft = useTraining(datasets, kinds, asked);
  const submit = useSubmission();
  const codes = useCodes();
  const [isTried, setTried] = useState(false);
  const [isSending, setSending] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const { wrong, ofKind } = draft;
  const told = { ...errorsOf(error), ...(isTried ? wrong : {}) };
  const send = async (event: SubmitEvent) => {
    event.preventDefault();
    setTried(true);
    setError(null);
    const [bad] = Object.keys(wrong);
    if (bad !== undefined) {
      form.current
        ?.querySelector<HTMLElement>(`[data-setting] [name="${bad.split('.').at(-1) ?? ''}"]`)
        ?.focus();
      return;
    }
    setSending(true);
    try {
      void router.push(`/jobs/${(await submit(draft.body())).uuid}`);
    } catch (problem) {
      setError(problem);
    } finally {
      setSending(false);
    }
  };
  return (
    <form ref={form} noValidate onSubmit={(event) => void send(event)} className="flex flex-col gap-5">
      <Card title="Data set">
        <DatasetFields datasets={datasets} draft={draft} errors={told} />
      </Card>
      <Card title="Kind of model">
        <KindChoice kinds={kinds.kinds} value={draft.kind} onChange={draft.setKind} />
      </Card>
      {ofKind.length > 0 && (
        <Card title={`Parameters of ${draft.kind}`}>
          <SettingGrid
            key={draft.kind}
            settings={ofKind}
            changes={draft.parameters}
            errors={told}
            prefix="parameters."
            onChange={draft.setParameters}
          />
        </Card>
      )}
      <Card title="Training">
        <SettingGrid
          settings={draft.ofTraining}
          changes={draft.changes}
          errors={told}
          onChange={draft.setChanges}
        />
      </Card>
      <Card title="Resources">
        <ResourceFields
          codes={codes}
          code={draft.code}
          resources={draft.resources}
          errors={fieldErrors(error)}
          onCode={draft.setCode}
          onChange={draft.setResources}
        />
      </Card>
      {error !== null && <ErrorPanel title="The training was not submitted" error={error} />}
      <div className="flex flex-wrap items-center gap-4">
        <Button type="submit" kind="primary" icon={Send} className="h-9" busy={isSending}>
          Train
        </Button>
        {isTried && Object.keys(wrong).length > 0 && (
          <p role="alert" className="text-sm text-bad">
            {`Not submitted: ${Object.keys(wrong).length} settings above need another value.`}
          </p>
        )}
      </div>
    </form>
  );
}

/** The codes by which models can be trained. */
function useCodes() {
  const codes = api.useQuery('get', '/api/codes', { params: { query: { limit: 200 } } });
  const engines = useEngines();
  const label = engines.data?.find((one) => one.name === OF_CODES)?.label;
  return codes.data?.items.filter((one) => one.description === label) ?? [];
}
