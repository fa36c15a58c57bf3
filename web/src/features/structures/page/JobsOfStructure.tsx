import { ListChecks } from 'lucide-react';
import { useList } from '@/shared/api/list';
import { Button } from '@/shared/ui/Button';
import { Card } from '@/shared/ui/Card';
import { Async, Empty, SkeletonRows } from '@/shared/ui/states';
import { StatusBadge } from '@/shared/ui/StatusBadge';
import { Table } from '@/shared/ui/Table';
import { TimeAgo } from '@/shared/ui/TimeAgo';

/** The jobs that started from a structure. */
export function JobsOfStructure({ uuid }: { uuid: string }) {
  const jobs = useList('/api/jobs', { query: { structure: uuid, limit: 10 } });
  return (
    <Card title="Jobs of this structure" flush>
      <Async query={jobs} loading={<SkeletonRows rows={2} />}>
        {() =>
          jobs.items.length === 0 ? (
            <Empty icon={ListChecks} title="No job has used it yet">
              Run a simulation of it, and it is listed here.
            </Empty>
          ) : (
            <Table
              label="Jobs of this structure"
              rows={jobs.items}
              rowKey={(job) => job.uuid}
              href={(job) => `/jobs/${job.uuid}`}
              columns={[
                {
                  key: 'label',
                  header: 'Job',
                  cell: (job) => <span title={job.label}>{job.label || job.workflow}</span>,
                },
                {
                  key: 'status',
                  header: 'Status',
                  width: '9rem',
                  cell: (job) => <StatusBadge status={job.status} />,
                },
                {
                  key: 'when',
                  header: 'Changed',
                  width: '8rem',
                  align: 'right',
                  wide: true,
                  cell: (job) => <TimeAgo time={job.modified} />,
                },
              ]}
            />
          )
        }
      </Async>
      {jobs.hasNextPage && (
        <div className="border-t border-line p-2 text-center">
          <Button
            size="s"
            kind="quiet"
            busy={jobs.isFetchingNextPage}
            onClick={() => void jobs.fetchNextPage()}
          >
            Show more
          </Button>
        </div>
      )}
    </Card>
  );
}
