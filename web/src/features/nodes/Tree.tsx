import { ChevronRight } from 'lucide-react';
import { useState } from 'react';
import { Button } from '@/shared/ui/Button';
import { classes } from '@/shared/ui/classes';

const FIRST = 50;
const LONGEST = 300;
type Entry = [key: string, value: unknown];

/** JSON as a tree that opens where one looks: `<Tree label="Attributes" value={node.attributes} />` */
export function Tree({ label, value }: { label: string; value: object }) {
  return (
    <ul aria-label={label} className="font-mono text-xs leading-5">
      <Entries entries={Object.entries(value)} />
    </ul>
  );
}

function Entries({ entries }: { entries: Entry[] }) {
  const [most, setMost] = useState(FIRST);
  return (
    <>
      {entries.slice(0, most).map(([key, value]) => (
        <Branch key={key} name={key} value={value} />
      ))}
      {entries.length > most && (
        <li>
          <Button kind="quiet" size="s" onClick={() => setMost(most * 4)}>
            {(entries.length - most).toLocaleString('en')} more
          </Button>
        </li>
      )}
    </>
  );
}

function Branch({ name, value }: { name: string; value: unknown }) {
  const [isOpen, setOpen] = useState(false);
  const key = (
    <bdi title={name.slice(0, 1000)} className="max-w-48 shrink-0 truncate text-muted">
      {name.slice(0, LONGEST)}
    </bdi>
  );
  if (typeof value !== 'object' || value === null || Object.keys(value).length === 0)
    return (
      <li className="flex min-w-0 gap-2 pl-4.5">
        {key}
        <Leaf value={value} />
      </li>
    );
  const entries = Object.entries(value);
  return (
    <li>
      <button
        type="button"
        aria-expanded={isOpen}
        onClick={() => setOpen(!isOpen)}
        className="flex max-w-full min-w-0 items-center gap-1 rounded text-left hover:bg-hover"
      >
        <ChevronRight
          aria-hidden
          size={14}
          className={classes('shrink-0 text-muted transition-transform', isOpen && 'rotate-90')}
        />
        {key}
        <span className="truncate text-muted">{summary(value, entries.length)}</span>
      </button>
      {isOpen && (
        <ul className="ml-1.5 border-l border-line pl-2">
          <Entries entries={entries} />
        </ul>
      )}
    </li>
  );
}

function summary(value: object, count: number): string {
  if (!Array.isArray(value)) return `{${count}}`;
  const isShort = count <= 3 && value.every((one) => typeof one === 'number');
  return isShort ? `[${value.join(', ')}]` : `[${count}]`;
}

function Leaf({ value }: { value: unknown }) {
  const [isWhole, setWhole] = useState(false);
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  const look =
    typeof value === 'number' ? 'text-run' : typeof value === 'string' ? 'text-text' : 'text-muted';
  return (
    <span dir="auto" className={classes('min-w-0 wrap-anywhere', look)}>
      {isWhole ? text : text.slice(0, LONGEST)}
      {text.length > LONGEST && !isWhole && (
        <Button kind="quiet" size="s" onClick={() => setWhole(true)}>
          … {text.length.toLocaleString('en')} characters
        </Button>
      )}
    </span>
  );
}
