import { api } from '@/shared/api/client';
import type { components } from '@/shared/api/schema';
import { addressOfNode, kindOf } from '@/shared/nodes/kinds';
import { Card } from '@/shared/ui/Card';
import { Link } from '@/shared/ui/Link';
import { Async } from '@/shared/ui/states';
import { type JobDetail, useEngines, type Workflow, workflowOf, WORKFLOWS } from '../job';
import { type Json, type Setting, settingsOfEngine, settingsOfWorkflow, toText } from '../submit/setting';

type NodeLink = components['schemas']['api__schemas__jobs__Link'];

/** What a job was given: its settings with units, and the nodes. */
export function Inputs({ job }: { job: JobDetail }) {
  const isOurs = workflowOf(job) in WORKFLOWS;
  return (
    <div className="grid items-start gap-5 lg:grid-cols-2">
      {isOurs && <SettingsCard job={job} />}
      <Card title="Nodes that went in" flush>
        <NodeLinks label="Inputs" links={job.inputs} />
      </Card>
    </div>
  );
}

/** Nodes by the names of the links to them. */
export function NodeLinks({ label, links }: { label: string; links: NodeLink[] }) {
  if (links.length === 0) return <p className="p-4 text-sm text-muted">None.</p>;
  return (
    <ul aria-label={label}>
      {links.map((link) => {
        const kind = kindOf(link.node_type);
        return (
          <li
            key={link.label + link.uuid}
            className="flex items-center gap-2.5 border-b border-line px-4 py-2 text-sm last:border-0"
          >
            <kind.icon aria-hidden size={15} className="shrink-0 text-muted" />
            <Link href={addressOfNode(link)} className="min-w-0 truncate" title={link.label}>
              {link.label}
            </Link>
            <span className="ml-auto shrink-0 text-xs text-muted">{kind.word}</span>
          </li>
        );
      })}
    </ul>
  );
}

function SettingsCard({ job }: { job: JobDetail }) {
  const params = { path: { uuid: job.uuid } };
  const given = api.useQuery('get', '/api/jobs/{uuid}/resubmission', { params }, { staleTime: 'static' });
  return (
    <Card title="Settings" flush>
      <Async query={given}>
        {({ settings, options, template, workflow }) => (
          <>
            <SettingsTable
              engine={job.engine}
              workflow={workflow as Workflow}
              values={settings as Record<string, Json>}
            />
            <p className="border-t border-line px-4 py-2 text-xs text-muted">
              {'All else is as the template '}
              <Link href={`/graph/${template}`} dir="auto">
                {job.template ?? template}
              </Link>
              {' and the engine say.'}
            </p>
            {Object.keys(options).length > 0 && (
              <p className="border-t border-line px-4 py-2 text-xs text-muted">
                Options for the scheduler: <code>{JSON.stringify(options)}</code>
              </p>
            )}
          </>
        )}
      </Async>
    </Card>
  );
}

function SettingsTable({
  engine,
  workflow,
  values,
}: {
  engine: string | null;
  workflow: Workflow;
  values: Record<string, Json>;
}) {
  const engines = useEngines();
  const schema = api.useQuery(
    'get',
    '/api/processes/{entry_point}/schema',
    { params: { path: { entry_point: `nanoos.${workflow}` } } },
    { staleTime: Infinity },
  );
  const known = new Map<string, Setting>();
  const parameters = engines.data?.find((one) => one.name === engine)?.parameters;
  for (const one of parameters ? settingsOfEngine(parameters) : []) known.set(one.name, one);
  for (const one of schema.data ? settingsOfWorkflow(schema.data.inputs) : []) known.set(one.name, one);
  const names = Object.keys(values).sort();
  if (names.length === 0) return <p className="p-4 text-sm text-muted">None of its own.</p>;
  return (
    <table aria-label="Settings" className="w-full text-sm">
      <tbody>
        {names.map((name) => (
          <tr key={name} className="border-b border-line last:border-0" title={known.get(name)?.help}>
            <th scope="row" className="px-4 py-1.5 text-left font-normal text-muted">
              {known.get(name)?.title ?? name}
            </th>
            <td className="py-1.5 text-right wrap-anywhere tabular">{toText(values[name])}</td>
            <td className="w-24 px-2 py-1.5 text-muted">{known.get(name)?.unit}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
