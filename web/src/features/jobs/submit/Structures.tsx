import { Atom, Plus, X } from 'lucide-react';
import { useState } from 'react';
import { api } from '@/shared/api/client';
import { messageOf } from '@/shared/api/errors';
import { Button, IconButton } from '@/shared/ui/Button';
import { Formula } from '@/shared/ui/Formula';
import { lazyViewer } from '@/shared/ui/lazyViewer';
import { Link } from '@/shared/ui/Link';
import { Skeleton } from '@/shared/ui/states';

const StructurePicker = lazyViewer(() => import('./StructurePicker'), 'h-0');

/** Of which structures: one job each. */
export function Structures({
  chosen,
  error,
  onChange,
}: {
  chosen: string[];
  error: string | undefined;
  onChange: (uuids: string[]) => void;
}) {
  const [isOpen, setOpen] = useState(false);
  return (
    <div className="flex flex-col gap-3">
      {chosen.length > 0 && (
        <ul aria-label="Chosen structures" className="flex flex-wrap gap-2">
          {chosen.map((uuid) => (
            <Chosen key={uuid} uuid={uuid} onRemove={() => onChange(chosen.filter((one) => one !== uuid))} />
          ))}
        </ul>
      )}
      <div className="flex flex-wrap items-center gap-3 text-sm text-muted">
        <Button
          icon={Plus}
          kind={chosen.length === 0 ? 'primary' : 'secondary'}
          onClick={() => setOpen(true)}
        >
          {chosen.length === 0 ? 'Choose structures' : 'Add or remove'}
        </Button>
        {chosen.length > 1 ? (
          <span>{`One job for each of the ${chosen.length} structures.`}</span>
        ) : (
          <span>
            Several make one job each. A new one: <Link href="/structures">upload or build it</Link>.
          </span>
        )}
      </div>
      {error && (
        <p role="alert" className="text-xs text-bad">
          {error}
        </p>
      )}
      {isOpen && <StructurePicker chosen={chosen} onChange={onChange} onClose={() => setOpen(false)} />}
    </div>
  );
}

function Chosen({ uuid, onRemove }: { uuid: string; onRemove: () => void }) {
  const found = api.useQuery(
    'get',
    '/api/structures/{structure_uuid}',
    { params: { path: { structure_uuid: uuid } } },
    { staleTime: Infinity },
  );
  const name = found.data ? found.data.formula || found.data.label || uuid.slice(0, 8) : uuid.slice(0, 8);
  return (
    <li className="inline-flex max-w-full items-center gap-2 rounded-md border border-line bg-sunken py-1 pr-1 pl-2.5 text-sm">
      <Atom aria-hidden size={14} className="shrink-0 text-muted" />
      {found.error ? (
        <span className="text-bad" title={uuid}>{`${name}: ${messageOf(found.error)}`}</span>
      ) : found.data ? (
        <span className="truncate" title={found.data.label || uuid}>
          <Link href={`/structures/${uuid}`}>
            <Formula>{name}</Formula>
          </Link>
          <span className="ml-2 text-xs text-muted tabular">{atoms(found.data.number_of_atoms)}</span>
        </span>
      ) : (
        <Skeleton className="h-4 w-20" />
      )}
      <IconButton size="s" icon={X} label={`Leave out ${name}`} onClick={onRemove} />
    </li>
  );
}

function atoms(count: number | null): string {
  return count === 1 ? '1 atom' : `${count ?? '?'} atoms`;
}
