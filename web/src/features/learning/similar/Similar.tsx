import '../reload';
import { useQueryClient } from '@tanstack/react-query';
import { Atom, Fingerprint } from 'lucide-react';
import { useOnce } from '@/features/jobs/submit/useSubmission';
import type { Job } from '@/features/jobs/job';
import { useState } from 'react';
import { api, client } from '@/shared/api/client';
import { ApiError } from '@/shared/api/errors';
import type { components } from '@/shared/api/schema';
import { Button } from '@/shared/ui/Button';
import { Card } from '@/shared/ui/Card';
import { Formula } from '@/shared/ui/Formula';
import { Link } from '@/shared/ui/Link';
import { Async, Empty, ErrorPanel, SkeletonRows } from '@/shared/ui/states';
import { Table } from '@/shared/ui/Table';
import { format } from '@/features/results/quantity';

type Row = components['schemas']['SimilarStructure'];
const PATH = '/api/structures/{structure_uuid}/similar';
const SHOWN = 8;
/** As far as two crystals at random are about. */
const FAR = 0.4;

/** Structures whose atoms are placed alike, as a pretrained network sees them. */
export default function Similar({ uuid }: { uuid: string }) {
  const params = { path: { structure_uuid: uuid }, query: { limit: SHOWN } };
  const found = api.useQuery('get', PATH, { params });
  const status = found.error instanceof ApiError ? found.error.status : undefined;
  return (
    <Card title="Similar structures" flush>
      {found.data === undefined && status === 409 ? (
        <Missing uuid={uuid} />
      ) : found.data === undefined && status === 422 ? (
        <Empty icon={Fingerprint} title="It can have no features">
          {found.error?.detail as string}
        </Empty>
      ) : (
        <Async query={found} loading={<SkeletonRows rows={3} />}>
          {(rows) => <Rows rows={rows} />}
        </Async>
      )}
    </Card>
  );
}

function Rows({ rows }: { rows: Row[] }) {
  if (rows.length === 0) {
    return (
      <Empty icon={Atom} title="None that you see">
        Structures are compared by their features; others have none yet.
      </Empty>
    );
  }
  return (
    <Table
      label="Similar structures"
      rows={rows}
      rowKey={(row) => row.uuid}
      href={(row) => `/structures/${row.uuid}`}
      columns={[
        {
          key: 'formula',
          header: 'Structure',
          cell: (row) => (
            <span title={row.label || row.uuid}>
              <Formula>{row.formula ?? row.label}</Formula>
            </span>
          ),
        },
        {
          key: 'group',
          header: 'Space group',
          width: '8rem',
          wide: true,
          cell: (row) => row.space_group ?? '–',
        },
        {
          key: 'distance',
          header: <abbr title="0: the same; about 0.4: two crystals at random">Distance</abbr>,
          width: '11rem',
          align: 'right',
          cell: ({ distance }) => <Distance distance={distance} />,
        },
      ]}
    />
  );
}

function Distance({ distance }: { distance: number }) {
  return (
    <span className="flex items-center justify-end gap-2">
      <span aria-hidden className="h-1.5 w-16 overflow-hidden rounded-full bg-sunken">
        <span
          className="block h-full rounded-full bg-accent"
          style={{ width: `${100 * Math.max(0, 1 - distance / FAR)}%` }}
        />
      </span>
      {format(distance, 3)}
    </span>
  );
}

/** Features are computed once for each structure, by a job. */
function Missing({ uuid }: { uuid: string }) {
  const queries = useQueryClient();
  const [job, setJob] = useState<Job>();
  const [error, setError] = useState<unknown>(null);
  const [isSending, setSending] = useState(false);
  const post = useOnce(async (structure_uuid: string, header: { 'Idempotency-Key': string }) => {
    const { data } = await client.POST('/api/ml/features/structure/{structure_uuid}', {
      params: { path: { structure_uuid }, header },
    });
    return data as Job;
  });
  const compute = async () => {
    setSending(true);
    setError(null);
    try {
      const made = await post(uuid);
      // Features that were there already are no job.
      if ('status' in made) setJob(made);
      else await queries.invalidateQueries({ queryKey: ['get', PATH] });
    } catch (problem) {
      setError(problem);
    } finally {
      setSending(false);
    }
  };
  return (
    <>
      <Empty
        icon={Fingerprint}
        title={job ? 'Its features are being computed' : 'It has no features yet'}
        action={
          job ? (
            <Link href={`/jobs/${job.uuid}`}>The job that does that</Link>
          ) : (
            <Button busy={isSending} onClick={() => void compute()}>
              Compute them
            </Button>
          )
        }
      >
        Similar structures are found by the features that a pretrained network has of each.
      </Empty>
      {error !== null && <ErrorPanel error={error} title="They are not being computed" />}
    </>
  );
}
