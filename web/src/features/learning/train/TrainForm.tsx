import { Send } from 'lucide-react';
import { useRouter } from 'next/router';
import { type SubmitEvent, useRef, useState } from 'react';
import { ResourceFields } from '@/features/jobs/submit/ResourceFields';
import { NOTHING, optionsOf } from '@/features/jobs/submit/resources';
import { useOnce } from '@/features/jobs/submit/useSubmission';
import type { Values } from '@/features/jobs/submit/values';
import { api, client } from '@/shared/api/client';
import { fieldErrors, messageOf } from '@/shared/api/errors';
import { Button } from '@/shared/ui/Button';
import { Card } from '@/shared/ui/Card';
import { Field, Input, Select } from '@/shared/ui/Field';
import { Link } from '@/shared/ui/Link';
import { ErrorPanel } from '@/shared/ui/states';
import { type DatasetRow, inWords } from '../learning';
import { KindChoice } from './KindChoice';
import { SettingGrid } from './SettingGrid';
import {
  changed,
  errorsOf,
  type Kinds,
  type NewTraining,
  parametersOf,
  settingsOfTraining,
  wrongIn,
} from './training';

const FIRST = 'student';
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
  const [dataset, setDataset] = useState(asked ?? datasets[0]?.uuid ?? '');
  const [kind, setKind] = useState(
    kinds.kinds.find((one) => one.name === FIRST)?.name ?? kinds.kinds[0]?.name ?? '',
  );
  const [name, setName] = useState('');
  const [parameters, setParameters] = useState<Values>({});
  const [changes, setChanges] = useState<Values>({});
  const [resources, setResources] = useState(NOTHING);
  const [code, setCode] = useState('');
  const [isTried, setTried] = useState(false);
  const [isSending, setSending] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const codes = api.useQuery('get', '/api/codes', { params: { query: { limit: 200 } } });
  const engines = api.useQuery('get', '/api/engines', {}, { staleTime: Infinity });
  const label = engines.data?.find((one) => one.name === OF_CODES)?.label;
  const detail = api.useQuery(
    'get',
    '/api/ml/datasets/{uuid}',
    { params: { path: { uuid: dataset } } },
    { enabled: dataset !== '', staleTime: Infinity },
  );
  const chosen = detail.data ?? datasets.find((one) => one.uuid === dataset);
  const usual = `${chosen?.name ?? 'model'} ${kind}`.slice(0, 200);
  const ofKind = parametersOf(kinds, kind);
  const ofTraining = settingsOfTraining(kinds, detail.data?.splits.map((split) => split.name) ?? []);
  const wrong = { ...prefixed(wrongIn(ofKind, parameters)), ...wrongIn(ofTraining, changes) };
  const told = { ...errorsOf(error), ...(isTried ? wrong : {}) };
  const submit = useOnce(
    async (body: NewTraining, header: { 'Idempotency-Key': string }) =>
      (await client.POST('/api/ml/train', { body, params: { header } })).data,
  );
  const send = async (event: SubmitEvent) => {
    event.preventDefault();
    setTried(true);
    setError(null);
    const bad = Object.keys(wrong)[0];
    if (bad !== undefined) {
      const place = form.current?.querySelector(
        `[data-setting="${bad.split('.').at(-1) ?? ''}"] :is(input, select)`,
      );
      (place as HTMLElement | null)?.focus();
      return;
    }
    setSending(true);
    try {
      const job = await submit({
        dataset,
        name: name.trim() || usual,
        settings: {
          ...changed(ofTraining, changes),
          task: 'train',
          model: kind,
          parameters: changed(ofKind, parameters),
        },
        label: null,
        code: code || null,
        options: optionsOf(resources),
      });
      void router.push(`/jobs/${job.uuid}`);
    } catch (problem) {
      setError(problem);
    } finally {
      setSending(false);
    }
  };
  return (
    <form ref={form} noValidate onSubmit={(event) => void send(event)} className="flex flex-col gap-5">
      <Card title="Data set">
        <div className="grid gap-x-6 gap-y-4 sm:grid-cols-2">
          <Field
            label="Learn from"
            error={told.dataset ?? (detail.error ? messageOf(detail.error) : undefined)}
            hint={
              chosen
                ? `${chosen.count.toLocaleString('en')} structures with ${inWords(chosen.target)}${chosen.unit && ` in ${chosen.unit}`}`
                : 'one that you see'
            }
          >
            <Select value={dataset} onChange={(event) => setDataset(event.target.value)}>
              {chosen && !datasets.some((one) => one.uuid === dataset) && (
                <option value={dataset}>{chosen.name}</option>
              )}
              {datasets.map((one) => (
                <option key={one.uuid} value={one.uuid}>
                  {one.name.slice(0, 80)}
                </option>
              ))}
            </Select>
          </Field>
          <Field label="Name of the model" error={told.name} optional>
            <Input
              maxLength={200}
              value={name}
              placeholder={usual}
              onChange={(event) => setName(event.target.value)}
            />
          </Field>
        </div>
        <p className="mt-3 text-sm text-muted">
          Another one? <Link href="/ml/datasets?new">Make a data set</Link> of results or of a published file.
        </p>
      </Card>
      <Card title="Kind of model">
        <KindChoice kinds={kinds.kinds} value={kind} onChange={setKind} />
      </Card>
      {ofKind.length > 0 && (
        <Card title={`Parameters of ${kind}`}>
          <SettingGrid
            key={kind}
            settings={ofKind}
            changes={parameters}
            errors={told}
            prefix="parameters."
            onChange={setParameters}
          />
        </Card>
      )}
      <Card title="Training">
        <SettingGrid settings={ofTraining} changes={changes} errors={told} onChange={setChanges} />
      </Card>
      <Card title="Resources">
        <ResourceFields
          codes={codes.data?.items.filter((one) => one.description === label) ?? []}
          code={code}
          resources={resources}
          errors={fieldErrors(error)}
          onCode={setCode}
          onChange={setResources}
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

function prefixed(wrong: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(wrong).map(([name, message]) => [`parameters.${name}`, message]));
}
