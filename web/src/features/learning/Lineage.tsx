import { ChevronRight, Waypoints } from 'lucide-react';
import { ButtonLink } from '@/shared/ui/Button';
import { Card } from '@/shared/ui/Card';
import { Link } from '@/shared/ui/Link';
import { kindOfProcess, type Origin } from './learning';

/** All processes that a node is computed by, at any depth, counted by kind, and where each is in the graph. */
export function Lineage({ uuid, origins }: { uuid: string; origins: Origin[] }) {
  const count = origins.reduce((sum, origin) => sum + origin.count, 0);
  const provenance = (
    <ButtonLink size="s" kind="quiet" icon={Waypoints} href={`/graph/${uuid}`}>
      Provenance
    </ButtonLink>
  );
  return (
    <Card title="What it is computed by" actions={provenance} flush>
      {origins.length === 0 ? (
        <p className="p-4 text-sm text-muted">No process that you see.</p>
      ) : (
        <>
          <p className="px-4 pt-3 pb-1 text-sm text-muted tabular">
            {`${count.toLocaleString('en')} ${count === 1 ? 'process' : 'processes'}, at any depth`}
          </p>
          <ul aria-label="Processes by kind" className="pb-1">
            {origins.map((origin) => (
              <li key={origin.entry_point} className="border-b border-line last:border-0">
                <Kind origin={origin} />
              </li>
            ))}
          </ul>
        </>
      )}
    </Card>
  );
}

function Kind({ origin }: { origin: Origin }) {
  const { entry_point, count, processes } = origin;
  return (
    <details className="group">
      <summary className="flex list-none items-center gap-2 px-4 py-2 text-sm hover:bg-hover pointer-coarse:min-h-11">
        <ChevronRight
          aria-hidden
          size={14}
          className="shrink-0 text-muted transition-transform group-open:rotate-90"
        />
        <span className="min-w-0 truncate" title={entry_point}>
          {kindOfProcess(entry_point)}
        </span>
        <span className="ml-auto shrink-0 font-medium tabular">{count.toLocaleString('en')}</span>
      </summary>
      <ul className="flex flex-wrap gap-x-3 gap-y-1 px-4 pt-1 pb-3 pl-9 text-xs">
        {processes.map((uuid) => (
          <li key={uuid}>
            <Link href={`/graph/${uuid}`} title={uuid} className="font-mono">
              {uuid.slice(0, 8)}
            </Link>
          </li>
        ))}
        {count > processes.length && (
          <li className="text-muted">{`and ${(count - processes.length).toLocaleString('en')} older`}</li>
        )}
      </ul>
    </details>
  );
}
