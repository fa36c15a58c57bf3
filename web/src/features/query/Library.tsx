import { BookOpen, Save, Trash2 } from 'lucide-react';
import { useState } from 'react';
import { Button, IconButton } from '@/shared/ui/Button';
import { Dialog } from '@/shared/ui/Dialog';
import { Field, Input } from '@/shared/ui/Field';
import { Empty } from '@/shared/ui/states';
import { useToast } from '@/shared/ui/Toast';
import { EXAMPLES, type Named } from './examples';
import { useSaved } from './saved';

/** Open an example or a query that was saved. */
export function OpenButton({ onOpen }: { onOpen: (text: string) => void }) {
  const [isOpen, setOpen] = useState(false);
  const { queries, remove } = useSaved();
  const choose = ({ text }: Named) => {
    onOpen(text);
    setOpen(false);
  };
  return (
    <>
      <Button icon={BookOpen} onClick={() => setOpen(true)}>
        Open
      </Button>
      <Dialog open={isOpen} onOpenChange={setOpen} title="Open a query">
        <h3 className="mb-1 text-xs font-medium text-muted">Examples</h3>
        <Names label="Examples" queries={EXAMPLES} onChoose={choose} />
        <h3 className="mt-4 mb-1 text-xs font-medium text-muted">Saved in this browser</h3>
        {queries.length === 0 ? (
          <Empty icon={Save} title="None yet">
            What you save stays in this browser, and nobody else sees it.
          </Empty>
        ) : (
          <Names label="Saved queries" queries={queries} onChoose={choose} onRemove={remove} />
        )}
      </Dialog>
    </>
  );
}

function Names({
  label,
  queries,
  onChoose,
  onRemove,
}: {
  label: string;
  queries: Named[];
  onChoose: (query: Named) => void;
  onRemove?: (name: string) => void;
}) {
  return (
    <ul aria-label={label}>
      {queries.map((query) => (
        <li key={query.name} className="flex items-center gap-1">
          <button
            type="button"
            dir="auto"
            title={query.name}
            onClick={() => onChoose(query)}
            className="min-w-0 grow truncate rounded px-2 py-1.5 text-left text-sm hover:bg-hover pointer-coarse:min-h-11"
          >
            {query.name}
          </button>
          {onRemove && (
            <IconButton
              size="s"
              icon={Trash2}
              label={`Remove ${query.name.slice(0, 60)}`}
              onClick={() => onRemove(query.name)}
            />
          )}
        </li>
      ))}
    </ul>
  );
}

/** Save a query by a name, in this browser. */
export function SaveButton({ text }: { text: string }) {
  const toast = useToast();
  const { queries, save } = useSaved();
  const [name, setName] = useState<string | null>(null);
  const isTaken = queries.some((one) => one.name === name?.trim());
  const submit = () => {
    if (!name?.trim()) return;
    save({ name: name.trim(), text });
    setName(null);
    toast({ title: 'Saved in this browser', detail: name.trim().slice(0, 100) });
  };
  return (
    <>
      <Button icon={Save} onClick={() => setName('')}>
        Save
      </Button>
      <Dialog
        open={name !== null}
        onOpenChange={() => setName(null)}
        title="Save the query"
        description="It stays in this browser; nobody else sees it."
        footer={
          <Button kind="primary" disabled={!name?.trim()} onClick={submit}>
            {isTaken ? 'Replace' : 'Save'}
          </Button>
        }
      >
        <form
          onSubmit={(event) => {
            event.preventDefault();
            submit();
          }}
        >
          <Field label="Name" hint={isTaken ? 'There is one with this name: it is replaced.' : undefined}>
            <Input value={name ?? ''} maxLength={200} onChange={(event) => setName(event.target.value)} />
          </Field>
        </form>
      </Dialog>
    </>
  );
}
