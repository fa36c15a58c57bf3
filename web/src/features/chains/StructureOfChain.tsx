import { Atom } from 'lucide-react';
import { useState } from 'react';
import { api } from '@/shared/api/client';
import { Button } from '@/shared/ui/Button';
import { lazyViewer } from '@/shared/ui/lazyViewer';
import { Link } from '@/shared/ui/Link';
import { type Chain, crystalOf, inWords } from './chain';

const StructurePicker = lazyViewer(() => import('@/features/jobs/submit/StructurePicker'), 'h-0');

/** A structure that a chain starts from: the crystal that it says, or another one. */
export function StructureOfChain({
  structure,
  chosen,
  onChange,
}: {
  structure: Chain['structures'][number];
  chosen: string | undefined;
  onChange: (uuid: string | undefined) => void;
}) {
  const [isOpen, setOpen] = useState(false);
  const name = inWords(structure.name);
  return (
    <div role="group" aria-label={`Structure ${name}`} className="flex flex-col gap-1.5">
      <p className="text-sm font-medium first-letter:uppercase">{name}</p>
      <div className="flex flex-wrap items-center gap-x-3 gap-y-2 text-sm">
        <Atom aria-hidden size={15} className="shrink-0 text-muted" />
        {chosen ? <Chosen uuid={chosen} /> : <span className="wrap-anywhere">{whatElse(structure)}</span>}
        <Button size="s" onClick={() => setOpen(true)} aria-label={`Choose another structure for ${name}`}>
          {structure.bulk === null && !chosen ? 'Choose' : 'Choose another'}
        </Button>
        {chosen && structure.bulk !== null && (
          <Button size="s" kind="quiet" onClick={() => onChange(undefined)}>
            {'Back to the chain’s own'}
          </Button>
        )}
      </div>
      <p className="text-xs text-muted">{structure.description}</p>
      {isOpen && (
        <StructurePicker
          chosen={chosen === undefined ? [] : [chosen]}
          // One only: what is chosen last takes the place of what was before.
          onChange={(uuids) => onChange(uuids.at(-1))}
          onClose={() => setOpen(false)}
        />
      )}
    </div>
  );
}

function whatElse({ bulk }: Chain['structures'][number]): string {
  return bulk === null ? 'None chosen yet' : `${crystalOf(bulk)} (it is built)`;
}

function Chosen({ uuid }: { uuid: string }) {
  const found = api.useQuery(
    'get',
    '/api/structures/{structure_uuid}',
    { params: { path: { structure_uuid: uuid } } },
    { staleTime: Infinity },
  );
  return (
    <Link href={`/structures/${uuid}`} dir="auto" className="min-w-0 truncate">
      {found.data?.formula || found.data?.label || uuid.slice(0, 8)}
    </Link>
  );
}
