import { Download as Icon, X } from 'lucide-react';
import { useRef, useState } from 'react';
import { messageOf } from '@/shared/api/errors';
import { save } from '@/shared/api/files';
import { Button, IconButton } from '@/shared/ui/Button';
import { Menu } from '@/shared/ui/Menu';
import { useToast } from '@/shared/ui/Toast';
import { asCsv } from './csv';
import { allRows, type Row, type Run } from './rows';

const FORMS = [
  {
    label: 'NDJSON, a row a line',
    ending: 'ndjson',
    write: (rows: Row[]) => rows.map((row) => `${JSON.stringify(row)}\n`).join(''),
  },
  { label: 'CSV', ending: 'csv', write: asCsv },
];

/** Take all rows along, also those that are not loaded yet. */
export function Download({ run }: { run: Run }) {
  const toast = useToast();
  const [count, setCount] = useState<number | null>(null);
  const stop = useRef<AbortController>(undefined);
  const take = async ({ ending, write }: (typeof FORMS)[number]) => {
    stop.current = new AbortController();
    setCount(0);
    try {
      save(write(await allRows(run.document, setCount, stop.current.signal)), `query.${ending}`);
    } catch (error) {
      if (!stop.current.signal.aborted)
        toast({ title: 'Not downloaded', detail: messageOf(error), kind: 'bad' });
    } finally {
      setCount(null);
    }
  };
  if (count !== null)
    return (
      <span role="status" className="flex items-center gap-2 text-xs text-muted tabular">
        {count.toLocaleString('en')} rows…
        <IconButton size="s" icon={X} label="End the download" onClick={() => stop.current?.abort()} />
      </span>
    );
  return (
    <Menu
      trigger={
        <Button size="s" icon={Icon}>
          Download
        </Button>
      }
      items={FORMS.map((form) => ({ label: form.label, onSelect: () => void take(form) }))}
    />
  );
}
