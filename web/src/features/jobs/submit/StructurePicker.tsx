import { useMutation } from '@tanstack/react-query';
import { Atom } from 'lucide-react';
import { useDeferredValue, useState } from 'react';
import { client } from '@/shared/api/client';
import { messageOf } from '@/shared/api/errors';
import { type ItemOf, useList } from '@/shared/api/list';
import { Button } from '@/shared/ui/Button';
import { Dialog } from '@/shared/ui/Dialog';
import { Field, Input } from '@/shared/ui/Field';
import { Formula } from '@/shared/ui/Formula';
import { Empty } from '@/shared/ui/states';
import type { Column } from '@/shared/ui/Table';
import { TimeAgo } from '@/shared/ui/TimeAgo';
import { VirtualTable } from '@/shared/ui/VirtualTable';

type Row = ItemOf<'/api/structures'>;
/** One request makes one job: more than these are for a script. */
const MOST_JOBS = 100;
/** Structures of a page of the list. */
const PAGE = 200;

/** Choose structures from all that there are. */
export default function StructurePicker({
  chosen,
  most = MOST_JOBS,
  onChange,
  onClose,
}: {
  chosen: string[];
  /** So many may be chosen; who may choose more than are jobs may choose all that the list has. */
  most?: number;
  onChange: (uuids: string[]) => void;
  onClose: () => void;
}) {
  const [formula, setFormula] = useState('');
  const asked = useDeferredValue(formula.trim());
  const list = useList('/api/structures', { query: { limit: 100, formula: asked || undefined } });
  const toggle = (uuid: string) =>
    onChange(chosen.includes(uuid) ? chosen.filter((one) => one !== uuid) : [...chosen, uuid]);
  return (
    <Dialog
      wide
      open
      onOpenChange={(open) => open || onClose()}
      title="Choose structures"
      footer={
        <>
          <span role="status" className="mr-auto self-center text-sm text-muted tabular">
            {`${chosen.length} chosen${chosen.length >= most ? `, ${most} at most` : ''}`}
          </span>
          {most > MOST_JOBS && <All formula={asked} chosen={chosen} most={most} onChange={onChange} />}
          <Button kind="primary" onClick={onClose}>
            Done
          </Button>
        </>
      }
    >
      <Field label="Formula" hint="as the list shows it, SiO2">
        <Input value={formula} onChange={(event) => setFormula(event.target.value)} />
      </Field>
      <div className="mt-3 h-[45vh] rounded-md border border-line">
        <VirtualTable
          label="Structures"
          list={list}
          columns={columnsOf(chosen, most, toggle)}
          rowKey={(row) => row.uuid}
          empty={
            <Empty icon={Atom} title={asked ? `No structure has the formula ${asked}` : 'No structures yet'}>
              {asked ? 'Write it as the list shows it, or leave it empty.' : 'Upload or build one first.'}
            </Empty>
          }
        />
      </div>
    </Dialog>
  );
}

/** Choose all structures that the list has, also those that are not loaded yet. */
function All({
  formula,
  chosen,
  most,
  onChange,
}: {
  formula: string;
  chosen: string[];
  most: number;
  onChange: (uuids: string[]) => void;
}) {
  const run = useMutation({
    mutationFn: async () => {
      const found = new Set(chosen);
      let after: string | null = null;
      do {
        const query: { limit: number; formula?: string; after: string | null } = {
          limit: PAGE,
          formula: formula || undefined,
          after,
        };
        const { data } = await client.GET('/api/structures', { params: { query } });
        data?.items.forEach(({ uuid }) => found.add(uuid));
        after = data?.after ?? null;
      } while (after !== null && found.size < most);
      return [...found].slice(0, most);
    },
    onSuccess: onChange,
  });
  return (
    <>
      {run.error && <span className="self-center text-sm text-bad">{messageOf(run.error)}</span>}
      <Button busy={run.isPending} onClick={() => run.mutate()}>
        {formula ? `All that are ${formula}` : 'All of them'}
      </Button>
    </>
  );
}

function columnsOf(chosen: string[], most: number, toggle: (uuid: string) => void): Column<Row>[] {
  return [
    {
      key: 'choose',
      header: <span className="sr-only">Choose</span>,
      width: '3rem',
      cell: (row) => (
        <input
          type="checkbox"
          aria-label={`Choose ${row.formula ?? row.label}`}
          checked={chosen.includes(row.uuid)}
          disabled={chosen.length >= most && !chosen.includes(row.uuid)}
          onChange={() => toggle(row.uuid)}
          className="block size-4 accent-(--accent)"
        />
      ),
    },
    {
      key: 'formula',
      header: 'Formula',
      width: 'minmax(5rem, 1fr)',
      cell: (row) => (row.formula === null ? '–' : <Formula>{row.formula}</Formula>),
    },
    {
      key: 'label',
      header: 'Label',
      width: 'minmax(6rem, 2fr)',
      cell: (row) => (
        <span title={row.label} className="text-muted">
          {row.label || row.uuid.slice(0, 8)}
        </span>
      ),
    },
    {
      key: 'atoms',
      header: 'Atoms',
      width: '5rem',
      align: 'right',
      wide: true,
      cell: (row) => row.number_of_atoms ?? '–',
    },
    { key: 'group', header: 'Space group', width: '8rem', wide: true, cell: (row) => row.space_group ?? '–' },
    { key: 'made', header: 'Made', width: '7rem', wide: true, cell: (row) => <TimeAgo time={row.created} /> },
  ];
}
