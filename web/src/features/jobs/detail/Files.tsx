import { FileText, FolderOpen } from 'lucide-react';
import { useState } from 'react';
import { api } from '@/shared/api/client';
import { useList } from '@/shared/api/list';
import { Card } from '@/shared/ui/Card';
import { classes } from '@/shared/ui/classes';
import { Field, Select } from '@/shared/ui/Field';
import { lazyViewer } from '@/shared/ui/lazyViewer';
import { Async, Empty, ErrorPanel, SkeletonRows } from '@/shared/ui/states';
import { Button } from '@/shared/ui/Button';
import type { Job } from '../job';
import { bytes } from './bytes';
import { useJob } from './useJob';

const FilePreview = lazyViewer(() => import('./FilePreview'), 'h-96');

export type Chosen = { uuid: string; path: string; size: number };

/** The files of the calculations of a job: what was written for the program, and what came back. */
export function Files({ uuid, isOver }: { uuid: string; isOver: boolean }) {
  const calculations = api.useQuery(
    'get',
    '/api/jobs/{uuid}/calculations',
    { params: { path: { uuid } } },
    { staleTime: isOver ? 'static' : 60_000 },
  );
  return (
    <Async query={calculations}>
      {(list) =>
        list.length === 0 ? (
          <Empty icon={FolderOpen} title="No files">
            {isOver
              ? 'No program ran for this job: it was computed inside NANO-OS, or taken from results that were there.'
              : 'Files appear here when the first calculation has been written.'}
          </Empty>
        ) : (
          <OfCalculations list={list} />
        )
      }
    </Async>
  );
}

function OfCalculations({ list }: { list: Job[] }) {
  const [calculation, setCalculation] = useState(list.at(-1)?.uuid ?? '');
  const [chosen, setChosen] = useState<Chosen>();
  return (
    <div className="grid items-start gap-5 lg:grid-cols-[19rem_minmax(0,1fr)]">
      <Card title="Files" flush>
        {list.length > 1 && (
          <div className="border-b border-line p-3">
            <Field label="Calculation">
              <Select value={calculation} onChange={(event) => setCalculation(event.target.value)}>
                {list.map((one, at) => (
                  <option key={one.uuid} value={one.uuid}>
                    {`${at + 1}. ${one.label || one.workflow.replace(/^.*:/, '')} (${one.status.toLowerCase()})`}
                  </option>
                ))}
              </Select>
            </Field>
          </div>
        )}
        <Folders key={calculation} calculation={calculation} chosen={chosen} onChoose={setChosen} />
      </Card>
      {chosen ? (
        <FilePreview key={chosen.uuid + chosen.path} {...chosen} />
      ) : (
        <Card>
          <Empty icon={FileText} title="No file is chosen">
            Choose one to look at it or to save it.
          </Empty>
        </Card>
      )}
    </div>
  );
}

type Choice = { chosen: Chosen | undefined; onChoose: (file: Chosen) => void };

function Folders({ calculation, ...choice }: { calculation: string } & Choice) {
  // A calculation is a job too, and its outputs come by name.
  const job = useJob(calculation);
  return (
    <>
      <Async query={job}>
        {({ outputs }) => {
          const folder = outputs.find((link) => link.label === 'retrieved');
          return folder ? (
            <Group title="Retrieved" uuid={folder.uuid} {...choice} />
          ) : (
            <p className="px-4 py-3 text-xs text-muted">Nothing has come back yet.</p>
          );
        }}
      </Async>
      <Group title="Inputs" uuid={calculation} {...choice} />
    </>
  );
}

function Group({ title, uuid, chosen, onChoose }: { title: string; uuid: string } & Choice) {
  const files = useList('/api/nodes/{uuid}/files', { path: { uuid }, query: { limit: 200 } });
  return (
    <section aria-label={title} className="border-b border-line py-2 last:border-0">
      <h3 className="px-4 pb-1 text-xs font-medium text-muted">{title}</h3>
      {files.isPending && <SkeletonRows rows={3} />}
      {files.error && files.items.length === 0 && <ErrorPanel error={files.error} retry={files.refetch} />}
      <ul>
        {files.items.map(({ path, size }) => {
          const isChosen = chosen?.uuid === uuid && chosen.path === path;
          return (
            <li key={path}>
              <button
                type="button"
                aria-pressed={isChosen}
                onClick={() => onChoose({ uuid, path, size })}
                className={classes(
                  'flex w-full items-center gap-2 px-4 py-1 text-left text-sm pointer-coarse:min-h-11',
                  isChosen ? 'bg-accent-soft font-medium' : 'hover:bg-hover',
                )}
              >
                <bdi className="min-w-0 truncate font-mono text-xs" title={path}>
                  {path}
                </bdi>
                <span className="ml-auto shrink-0 text-xs text-muted tabular">{bytes(size)}</span>
              </button>
            </li>
          );
        })}
      </ul>
      {files.hasNextPage && (
        <Button size="s" kind="quiet" className="ml-3" onClick={() => void files.fetchNextPage()}>
          More files
        </Button>
      )}
    </section>
  );
}
