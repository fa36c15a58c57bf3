import { CircleAlert, LoaderCircle } from 'lucide-react';
import { useMemo, useState } from 'react';
import { api } from '@/shared/api/client';
import { UnreachableError } from '@/shared/api/errors';
import { Card } from '@/shared/ui/Card';
import { classes } from '@/shared/ui/classes';
import { Formula } from '@/shared/ui/Formula';
import { ErrorPanel, Skeleton } from '@/shared/ui/states';
import { atomsOf, nameOf, type Structure, viewOf } from '../structure';
import { CellLine, PreviewViewer } from '../upload/ParsedPreview';
import { StructureViewer } from '../viewer';
import { Segmented } from '../viewer/Segmented';
import type { usePreview } from './usePreview';

type Props = {
  preview: ReturnType<typeof usePreview>;
  /** Why the builder refuses; null where it does not. */
  refused: string | null;
  missing: string[];
  /** The structure whose sites are chosen in its picture. */
  start: Structure | undefined;
  sites: (number | null)[];
  onSites: (sites: number[]) => void;
};
const HEIGHT = 'h-[min(34rem,56dvh)]';

/** What would be built; or the structure it starts from, to choose sites in. */
export function BuildPreview({ preview, refused, missing, start, sites, onSites }: Props) {
  const [tab, setTab] = useState<'start' | 'result'>(start ? 'start' : 'result');
  const { data, isCurrent } = preview;
  const tabs = start && (
    <Segmented
      label="Picture"
      options={{ start: 'Choose sites', result: 'Result' }}
      value={tab}
      onChange={setTab}
    />
  );
  const title = data ? (
    <>
      {tab === 'start' && start && <span className="mr-1.5 font-normal text-muted">Gives</span>}
      <Formula>{data.formula}</Formula>
      <span className="ml-2 font-normal text-muted tabular">
        {data.number_of_atoms.toLocaleString('en')} {data.number_of_atoms === 1 ? 'atom' : 'atoms'}
      </span>
    </>
  ) : (
    'Preview'
  );
  return (
    <Card
      title={title}
      actions={
        <div className="flex items-center gap-3">
          {!isCurrent && missing.length === 0 && (
            <span className="inline-flex items-center gap-1.5 text-xs text-muted">
              <LoaderCircle aria-hidden size={13} className="animate-spin" />
              Updating…
            </span>
          )}
          {tabs}
        </div>
      }
      flush
      className="overflow-hidden max-lg:order-first lg:sticky lg:top-5"
    >
      {refused !== null && <Refused preview={preview} reason={refused} />}
      {tab === 'start' && start ? (
        <Sites start={start} sites={sites} onSites={onSites} />
      ) : (
        <div
          aria-busy={!isCurrent}
          className={classes('transition-opacity', !isCurrent && data && 'opacity-45')}
        >
          {data ? (
            <>
              <PreviewViewer preview={data} height={HEIGHT} />
              <div className="border-t border-line px-4 py-2">
                <CellLine preview={data} />
              </div>
            </>
          ) : (
            refused === null &&
            (missing.length > 0 ? (
              <p className="px-4 py-10 text-center text-sm text-muted">
                Fill in {missing.join(', ')} to see it.
              </p>
            ) : (
              <Skeleton className={`${HEIGHT} w-full`} />
            ))
          )}
        </div>
      )}
    </Card>
  );
}

function Refused({ preview, reason }: { preview: Props['preview']; reason: string }) {
  if (preview.error instanceof UnreachableError) return <ErrorPanel error={preview.error} />;
  return (
    <p
      role="alert"
      className="flex items-start gap-2 border-b border-line bg-bad-soft px-4 py-3 text-sm text-bad"
    >
      <CircleAlert aria-hidden size={16} className="mt-0.5 shrink-0" />
      <span className="min-w-0 wrap-anywhere first-letter:uppercase">{reason}</span>
    </p>
  );
}

function Sites({
  start,
  sites,
  onSites,
}: {
  start: Structure;
  sites: (number | null)[];
  onSites: (sites: number[]) => void;
}) {
  const view = api.useQuery('get', '/api/structures/{structure_uuid}/viewer', {
    params: { path: { structure_uuid: start.uuid } },
  });
  const atoms = useMemo(() => atomsOf(start), [start]);
  const drawn = useMemo(() => viewOf(view.data ?? null), [view.data]);
  const chosen = useMemo(
    () => ({ sites: sites.filter((site) => site !== null), onChange: onSites }),
    [sites, onSites],
  );
  if (view.isPending) return <Skeleton className={`${HEIGHT} w-full`} />;
  return (
    <>
      <StructureViewer
        name={nameOf(start)}
        atoms={atoms}
        view={drawn}
        why={view.error ? 'It cannot be drawn: choose among the sites.' : undefined}
        chosen={chosen}
        height={HEIGHT}
      />
      <p className="border-t border-line px-4 py-2 text-sm text-muted">
        Click atoms to choose them, and again to leave them out.
      </p>
    </>
  );
}
