import { useRouter } from 'next/router';
import { api } from '@/shared/api/client';
import { Page } from '@/shared/shell/Page';
import { Async, SkeletonRows } from '@/shared/ui/states';
import { Link } from '@/shared/ui/Link';
import { nameOf, type Workflow, WORKFLOWS } from '../job';
import { NewJobForm } from './NewJobForm';

/** A job to submit; the address says of which structures, or which job to submit again with changes. */
export function NewJobPage() {
  const { query, isReady } = useRouter();
  if (!isReady) return <SkeletonRows />;
  const { structure, from, workflow, template } = query;
  if (typeof from === 'string') return <AgainPage key={from} uuid={from} />;
  const structures = structure === undefined ? [] : [structure].flat();
  const known = typeof workflow === 'string' && workflow in WORKFLOWS;
  return (
    <Page title="New job">
      <NewJobForm
        key={structures.join()}
        structures={structures}
        workflow={known ? (workflow as Workflow) : 'relax'}
        template={typeof template === 'string' ? template : undefined}
      />
    </Page>
  );
}

function AgainPage({ uuid }: { uuid: string }) {
  const params = { params: { path: { uuid } } };
  const given = api.useQuery('get', '/api/jobs/{uuid}/resubmission', params, { staleTime: 'static' });
  return (
    <Page
      title="Submit again with changes"
      subtitle={
        given.data && (
          <span className="block truncate">
            What differs from{' '}
            <Link href={`/jobs/${uuid}`} dir="auto" title={nameOf(given.data)}>
              {nameOf(given.data)}
            </Link>{' '}
            is marked
          </span>
        )
      }
    >
      <Async query={given}>
        {(before) => (
          <NewJobForm
            structures={before.structure === null ? [] : [before.structure]}
            workflow={before.workflow as Workflow}
            template={before.template}
            before={before}
          />
        )}
      </Async>
    </Page>
  );
}
