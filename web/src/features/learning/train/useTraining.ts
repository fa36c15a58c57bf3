import { useState } from 'react';
import { NOTHING, optionsOf } from '@/features/jobs/submit/resources';
import { useOnce } from '@/features/jobs/submit/useSubmission';
import type { Values } from '@/features/jobs/submit/values';
import { api, client } from '@/shared/api/client';
import type { DatasetRow } from '../learning';
import { changed, type Kinds, type NewTraining, parametersOf, settingsOfTraining, wrongIn } from './training';

/** What is offered first, where there is such a kind of model: the best on most data sets. */
const FIRST = 'student';

/** A training as it is being made: what was chosen, what follows from it, and what is wrong with it. */
export function useTraining(datasets: DatasetRow[], kinds: Kinds, asked: string | undefined) {
  const [dataset, setDataset] = useState(asked ?? datasets[0]?.uuid ?? '');
  const [kind, setKind] = useState(
    (kinds.kinds.find((one) => one.name === FIRST) ?? kinds.kinds[0])?.name ?? '',
  );
  const [name, setName] = useState('');
  const [parameters, setParameters] = useState<Values>({});
  const [changes, setChanges] = useState<Values>({});
  const [resources, setResources] = useState(NOTHING);
  const [code, setCode] = useState('');
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
  return {
    dataset,
    setDataset,
    /** The data set that is learnt from, as far as it is known. */
    chosen,
    missing: detail.error,
    kind,
    setKind,
    name,
    setName,
    /** What the model is called when nobody names it. */
    usual,
    ofKind,
    parameters,
    setParameters,
    ofTraining,
    changes,
    setChanges,
    resources,
    setResources,
    code,
    setCode,
    wrong: { ...prefixed(wrongIn(ofKind, parameters)), ...wrongIn(ofTraining, changes) },
    body: (): NewTraining => ({
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
    }),
  };
}

export type Draft = ReturnType<typeof useTraining>;

function prefixed(wrong: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(wrong).map(([name, message]) => [`parameters.${name}`, message]));
}

/** A function that submits a training, once. */
export function useSubmission() {
  return useOnce(
    async (body: NewTraining, header: { 'Idempotency-Key': string }) =>
      (await client.POST('/api/ml/train', { body, params: { header } })).data,
  );
}
