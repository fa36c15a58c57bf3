import './reload';
import { ListChecks } from 'lucide-react';
import { Page } from '@/shared/shell/Page';
import { ButtonLink } from '@/shared/ui/Button';
import { ActiveJobs } from './ActiveJobs';
import { EndedJobs } from './EndedJobs';
import { Figures } from './Figures';
import { Health } from './Health';
import { NodeCounts } from './NodeCounts';
import { RecentMaterials } from './RecentMaterials';

/** What runs, what has ended and how, what there is, and whether all is well. */
export function Dashboard() {
  return (
    <Page
      title="Overview"
      actions={
        <ButtonLink href="/jobs" icon={ListChecks}>
          All jobs
        </ButtonLink>
      }
    >
      <Figures />
      <div className="grid items-start gap-5 xl:grid-cols-[minmax(0,5fr)_minmax(0,3fr)]">
        <div className="flex min-w-0 flex-col gap-5">
          <ActiveJobs />
          <EndedJobs />
        </div>
        <div className="grid min-w-0 gap-5 md:max-xl:grid-cols-2">
          <Health />
          <RecentMaterials />
          <NodeCounts />
        </div>
      </div>
    </Page>
  );
}
