import { Atom } from 'lucide-react';
import { useDeferredValue, useState } from 'react';
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
const MOST = 100;

/** Choose structures from all that there are. */
export default function StructurePicker({
  chosen,
  onChange,
  onClose,
}: {
  chosen: string[];
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
            {`${chosen.length} chosen${chosen.length >= MOST ? `, ${MOST} at most` : ''}`}
          </span>
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
          columns={columnsOf(chosen, toggle)}
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

function columnsOf(chosen: string[], toggle: (uuid: string) => void): Column<Row>[] {
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
          disabled={chosen.length >= MOST && !chosen.includes(row.uuid)}
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
