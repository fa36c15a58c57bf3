import { useRouter } from 'next/router';
import { Send } from 'lucide-react';
import { type SubmitEvent, useRef, useState } from 'react';
import { fieldErrors } from '@/shared/api/errors';
import { Button } from '@/shared/ui/Button';
import { Card } from '@/shared/ui/Card';
import { Field, Input } from '@/shared/ui/Field';
import { ErrorPanel, SkeletonRows } from '@/shared/ui/states';
import { type Job, type Workflow } from '../job';
import { Outcomes } from './Outcomes';
import { ResourceFields } from './ResourceFields';
import { codesFor } from './resources';
import { Settings } from './Settings';
import { Structures } from './Structures';
import { TemplateChoice } from './TemplateChoice';
import { type Before, useDraft } from './useDraft';
import { useBatch } from './useBatch';
import { settingErrors } from './values';
import { WorkflowChoice } from './WorkflowChoice';

/** What to compute of which structures, with which template and settings. */
export function NewJobForm(given: {
  structures: string[];
  workflow: Workflow;
  template?: string;
  before?: Before;
}) {
  const router = useRouter();
  const draft = useDraft(given);
  const { choices, wrong } = draft;
  const { outcomes, submit, isSending } = useBatch();
  const form = useRef<HTMLFormElement>(null);
  const [isTried, setTried] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const names = (choices.settings ?? []).map((one) => one.name);
  const refusals = { ...settingErrors(error, names), ...(isTried ? wrong : {}) };
  const send = async (event?: SubmitEvent) => {
    event?.preventDefault();
    setTried(true);
    setError(null);
    const bad = Object.keys(wrong)[0];
    if (bad !== undefined || draft.subjects.length === 0) {
      const place = form.current?.querySelector(`[data-setting="${bad ?? ''}"] :is(input, select)`);
      (place as HTMLElement | null)?.focus();
      return;
    }
    const made: (Job | undefined)[] = await submit(draft.bodies(), (one) => setError(one));
    if (draft.subjects.length === 1 && made[0]) void router.push(`/jobs/${made[0].uuid}`);
  };
  if (choices.failed) return <ErrorPanel error={choices.failed.error} retry={choices.failed.refetch} />;
  const isBatch = draft.subjects.length > 1;
  return (
    <form ref={form} noValidate onSubmit={(event) => void send(event)} className="flex flex-col gap-5">
      <Card title="Workflow">
        <WorkflowChoice value={draft.workflow} onChange={draft.setWorkflow} />
      </Card>
      {choices.engine?.evaluates !== 'mesh' && (
        <Card title="Structures">
          <Structures
            chosen={draft.structures}
            error={isTried && draft.structures.length === 0 ? 'Choose one structure or more.' : undefined}
            onChange={draft.setStructures}
          />
        </Card>
      )}
      <Card title="Engine and protocol">
        <TemplateChoice
          choices={choices}
          workflow={draft.workflow}
          protocol={draft.protocol}
          onTemplate={draft.setTemplate}
          onProtocol={draft.setProtocol}
        />
      </Card>
      <Card title="Settings">
        {choices.settings === undefined ? (
          <SkeletonRows rows={4} />
        ) : (
          <Settings
            settings={choices.settings}
            workflow={draft.workflow}
            engine={choices.engine?.label ?? ''}
            defaults={draft.defaults}
            changes={draft.changes}
            before={draft.before}
            errors={refusals}
            onChange={draft.change}
            onReset={draft.reset}
          />
        )}
      </Card>
      {choices.engine?.needs_code && (
        <Card title="Resources">
          <ResourceFields
            codes={codesFor(choices)}
            code={draft.code}
            resources={draft.resources}
            errors={fieldErrors(error)}
            onCode={draft.setCode}
            onChange={draft.setResources}
          />
        </Card>
      )}
      {error !== null && !isBatch && <ErrorPanel title="The job was not submitted" error={error} />}
      {isBatch && Object.keys(outcomes).length > 0 && (
        <Outcomes outcomes={outcomes} onAgain={() => void send()} />
      )}
      <div className="flex flex-wrap items-end gap-4">
        <div className="min-w-60 grow sm:max-w-md">
          <Field label="Name of the job" optional>
            <Input
              maxLength={200}
              value={draft.label}
              placeholder="what it does"
              onChange={(event) => draft.setLabel(event.target.value)}
            />
          </Field>
        </div>
        <Button
          type="submit"
          kind="primary"
          icon={Send}
          className="h-9"
          busy={isSending}
          disabled={choices.settings === undefined}
        >
          {isBatch ? `Submit ${draft.subjects.length} jobs` : 'Submit'}
        </Button>
        {isTried && Object.keys(wrong).length > 0 && (
          <p role="alert" className="pb-2 text-sm text-bad">
            {`Not submitted: ${Object.keys(wrong).length} settings above need another value.`}
          </p>
        )}
      </div>
    </form>
  );
}
