import { Hourglass } from 'lucide-react';
import type { ComponentType } from 'react';
import { api } from '@/shared/api/client';
import { lazyViewer } from '@/shared/ui/lazyViewer';
import { Card } from '@/shared/ui/Card';
import { Empty } from '@/shared/ui/states';
import { isFinal, type JobDetail, type Workflow, workflowOf } from '../job';
import { useSteps } from './useJob';

type Outputs = { outputs: Record<string, string> };
const MultiscaleResults = lazyViewer(() => import('@/features/results/MultiscaleResults'), 'h-96');
const TrainingResults = lazyViewer(() => import('@/features/learning/models/TrainingResults'), 'h-40');
const MdResults = lazyViewer(() => import('@/features/results/MdResults'), 'h-96');

/** What shows the results of a workflow, and the output without which there are none. */
const RESULTS: Record<Exclude<Workflow, 'md'>, [needs: string, shows: ComponentType<Outputs>]> = {
  simulation: ['results', lazyViewer<Outputs>(() => import('@/features/results/SimulationResults'), 'h-96')],
  relax: ['results', lazyViewer<Outputs>(() => import('@/features/results/SimulationResults'), 'h-96')],
  eos: ['eos', lazyViewer<Outputs>(() => import('@/features/results/EosResults'), 'h-96')],
  elastic: ['elastic', lazyViewer<Outputs>(() => import('@/features/results/ElasticResults'), 'h-96')],
  bands: ['bands', lazyViewer<Outputs>(() => import('@/features/results/BandsResults'), 'h-96')],
  conductivity: [
    'conductivity',
    lazyViewer<Outputs>(() => import('@/features/results/ConductivityResults'), 'h-96'),
  ],
  melting: ['melting', lazyViewer<Outputs>(() => import('@/features/results/MeltingResults'), 'h-96')],
  vacancy: ['formation', lazyViewer<Outputs>(() => import('@/features/results/VacancyResults'), 'h-96')],
  phonons: ['bands', lazyViewer<Outputs>(() => import('@/features/results/PhononsResults'), 'h-96')],
  surfaces: ['surfaces', lazyViewer<Outputs>(() => import('@/features/results/SurfacesResults'), 'h-96')],
  expansion: ['expansion', lazyViewer<Outputs>(() => import('@/features/results/ExpansionResults'), 'h-96')],
};

/** The results of a job, as its workflow has them. */
export function Results({ job }: { job: JobDetail }) {
  const workflow = workflowOf(job);
  const outputs = Object.fromEntries(job.outputs.map((link) => [link.label, link.uuid]));
  // Of a chain there is something to see from its first step on.
  if (workflow === 'multiscale') return <MultiscaleResults job={job} />;
  if (workflow.startsWith('train') && outputs.model) return <TrainingResults outputs={outputs} />;
  if (workflow === 'md' && outputs.averages) return <OfMd job={job} outputs={outputs} />;
  const [needs, Shows] = workflow in RESULTS ? RESULTS[workflow as keyof typeof RESULTS] : [];
  if (needs !== undefined && Shows && outputs[needs]) return <Shows outputs={outputs} />;
  if (isFinal(job)) return null;
  return (
    <Card>
      <Empty icon={Hourglass} title="No results yet">
        They appear here by themselves when the job has ended.
      </Empty>
    </Card>
  );
}

/** The course of a run is an output of the simulation below. */
function OfMd({ job, outputs }: { job: JobDetail } & Outputs) {
  const steps = useSteps(job.uuid, isFinal(job));
  const run = steps.data?.nodes.find((node) => node.process_type?.endsWith(':nanoos.simulation'))?.uuid ?? '';
  const below = api.useQuery(
    'get',
    '/api/jobs/{uuid}',
    { params: { path: { uuid: run } } },
    { enabled: run !== '', staleTime: 'static' },
  );
  const given = api.useQuery(
    'get',
    '/api/jobs/{uuid}/resubmission',
    { params: { path: { uuid: job.uuid } } },
    { staleTime: 'static' },
  );
  const series = below.data?.outputs.find((link) => link.label === 'arrays')?.uuid;
  return (
    <MdResults
      outputs={outputs}
      series={series}
      equilibration={Number(given.data?.settings.equilibration ?? 0)}
    />
  );
}
