import { Send } from 'lucide-react';
import { useRouter } from 'next/router';
import { type SubmitEvent, useState } from 'react';
import { useEngines } from '@/features/jobs/job';
import { api } from '@/shared/api/client';
import { fieldErrors } from '@/shared/api/errors';
import { Button } from '@/shared/ui/Button';
import { Card } from '@/shared/ui/Card';
import { Field, Input } from '@/shared/ui/Field';
import { ErrorPanel, SkeletonRows } from '@/shared/ui/states';
import { type Chain, inWords } from './chain';
import { EngineOfStep } from './EngineOfStep';
import { StructureOfChain } from './StructureOfChain';
import { useRun } from './useRun';

/** What to run a chain with: structures, and the engine of each step. */
export default function RunForm({ chain }: { chain: Chain }) {
  const router = useRouter();
  const templates = api.useQuery('get', '/api/templates', { params: { query: { limit: 200 } } });
  const engines = useEngines();
  const [structures, setStructures] = useState<Record<string, string>>({});
  const [chosen, setChosen] = useState<Record<string, string>>({});
  const [label, setLabel] = useState('');
  const { run, isSending, error } = useRun(chain.name);
  const missing = chain.structures.filter(({ name, bulk }) => bulk === null && !structures[name]);
  const send = async (event: SubmitEvent) => {
    event.preventDefault();
    const job = await run({ structures, templates: chosen, label: label.trim() || null });
    if (job) void router.push(`/jobs/${job.uuid}`);
  };
  const failed = [templates, engines].find((one) => one.error !== null && one.data === undefined);
  if (failed) return <ErrorPanel error={failed.error} retry={failed.refetch} />;
  if (!templates.data || !engines.data) return <SkeletonRows rows={6} />;
  const errors = fieldErrors(error);
  return (
    <Card title="Run it">
      <form noValidate onSubmit={(event) => void send(event)} className="flex flex-col gap-5">
        {chain.structures.map((one) => (
          <StructureOfChain
            key={one.name}
            structure={one}
            chosen={structures[one.name]}
            onChange={(uuid) => setStructures(changed(structures, one.name, uuid))}
          />
        ))}
        <fieldset>
          <legend className="mb-2 text-sm font-semibold">Engines</legend>
          <div className="grid gap-4 sm:grid-cols-2">
            {chain.steps.map((step) => (
              <EngineOfStep
                key={step.label}
                step={step}
                templates={templates.data.items}
                engines={engines.data}
                chosen={chosen[step.label]}
                error={errors[`steps.${step.label}`]}
                onChange={(template) => setChosen(changed(chosen, step.label, template))}
              />
            ))}
          </div>
        </fieldset>
        <Field label="Name of the job" optional>
          <Input
            maxLength={200}
            value={label}
            placeholder={`chain ${chain.name}`}
            onChange={(event) => setLabel(event.target.value)}
          />
        </Field>
        {error !== null && <ErrorPanel title="The chain was not submitted" error={error} />}
        <div className="flex flex-wrap items-center gap-3">
          <Button type="submit" kind="primary" icon={Send} busy={isSending} disabled={missing.length > 0}>
            Run
          </Button>
          {missing.length > 0 && (
            <p className="text-sm text-muted">
              {`Choose a structure first: ${missing.map(({ name }) => inWords(name)).join(', ')}.`}
            </p>
          )}
        </div>
      </form>
    </Card>
  );
}

/** What was chosen with another choice, or without one that is not made any more. */
function changed(before: Record<string, string>, name: string, value: string | undefined) {
  const others = Object.entries(before).filter(([one]) => one !== name);
  return Object.fromEntries(value === undefined ? others : [...others, [name, value]]);
}
