import { CornerDownLeft, Gem, type LucideIcon, Search } from 'lucide-react';
import { useRouter } from 'next/router';
import { Dialog as Radix } from 'radix-ui';
import { type KeyboardEvent, useDeferredValue, useState } from 'react';
import { api } from '@/shared/api/client';
import { messageOf } from '@/shared/api/errors';
import { addressOfNode, kindOf } from '@/shared/nodes/kinds';
import { classes } from '@/shared/ui/classes';
import { PAGES } from './pages';

type Entry = { key: string; label: string; detail?: string; icon: LucideIcon; href: string };
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** Go to a page, a material or, by its UUID, to any node. */
export function Palette({ onClose }: { onClose: () => void }) {
  const router = useRouter();
  const [text, setText] = useState('');
  const [chosen, setChosen] = useState(0);
  const { entries, note } = useEntries(text.trim());
  const at = Math.min(chosen, entries.length - 1);
  const open = (entry: Entry | undefined) => {
    if (!entry) return;
    onClose();
    void router.push(entry.href);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) {
      event.preventDefault();
      setChosen((at + step + entries.length) % Math.max(entries.length, 1));
    } else if (event.key === 'Enter') open(entries[at]);
  };
  return (
    <Radix.Root open onOpenChange={(isOpen) => isOpen || onClose()}>
      <Radix.Portal>
        <Radix.Overlay className="fixed inset-0 z-40 bg-black/40" />
        <Radix.Content
          aria-describedby={undefined}
          className="fixed inset-x-3 top-[12vh] z-50 mx-auto max-w-xl animate-appear overflow-hidden rounded-xl border border-line bg-raised shadow-raised"
        >
          <Radix.Title className="sr-only">Search</Radix.Title>
          <div className="flex items-center gap-3 border-b border-line px-4">
            <Search aria-hidden size={16} className="shrink-0 text-muted" />
            <input
              role="combobox"
              aria-label="Search or paste a UUID"
              aria-expanded
              aria-controls="palette-entries"
              aria-activedescendant={entries[at] && `palette-${at}`}
              placeholder="Page, material or UUID"
              dir="auto"
              value={text}
              onChange={(event) => {
                setText(event.target.value);
                setChosen(0);
              }}
              onKeyDown={onKeyDown}
              className="h-12 min-w-0 grow bg-transparent text-base outline-none placeholder:text-muted"
            />
          </div>
          <div
            id="palette-entries"
            role="listbox"
            aria-label="Results"
            className="max-h-[50vh] overflow-y-auto p-1.5 empty:hidden"
          >
            {entries.map((entry, index) => (
              <div
                key={entry.key}
                id={`palette-${index}`}
                role="option"
                tabIndex={-1}
                aria-selected={index === at}
                onClick={() => open(entry)}
                onKeyDown={onKeyDown}
                onPointerMove={() => setChosen(index)}
                className={classes(
                  'flex h-10 cursor-pointer items-center gap-3 rounded-md px-2.5 text-sm',
                  index === at && 'bg-hover',
                )}
              >
                <entry.icon aria-hidden size={16} className="shrink-0 text-muted" />
                <span dir="auto" className="truncate">
                  {entry.label}
                </span>
                <span className="ml-auto flex shrink-0 items-center gap-2 text-xs text-muted">
                  {entry.detail}
                  {index === at && <CornerDownLeft aria-hidden size={13} />}
                </span>
              </div>
            ))}
          </div>
          <p role="status" className="px-4 py-3 text-sm text-muted empty:hidden">
            {note}
          </p>
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}

/** What a text leads to, and what there is to say when that is nothing. */
function useEntries(text: string): { entries: Entry[]; note: string } {
  const isUuid = UUID.test(text);
  const asked = useDeferredValue(text);
  const node = api.useQuery(
    'get',
    '/api/nodes/{uuid}',
    { params: { path: { uuid: text } } },
    { enabled: isUuid, retry: false },
  );
  const found = api.useQuery(
    'get',
    '/api/materials',
    { params: { query: { text: asked, limit: 6 } } },
    { enabled: asked.length > 1 && !isUuid },
  );
  if (isUuid) {
    if (!node.data)
      return { entries: [], note: node.error ? messageOf(node.error) : 'Looking for this node…' };
    const kind = kindOf(node.data.node_type);
    return {
      entries: [
        {
          key: text,
          label: node.data.label || text,
          detail: kind.word,
          icon: kind.icon,
          href: addressOfNode(node.data),
        },
      ],
      note: '',
    };
  }
  const pages = PAGES.filter((page) => page.label.toLowerCase().includes(text.toLowerCase()));
  const materials = text.length > 1 ? (found.data?.items ?? []) : [];
  const entries = [
    ...pages.map((page) => ({ ...page, key: page.href, detail: 'Page' })),
    ...materials.map((one) => ({
      key: one.material_id,
      label: one.name,
      detail: one.formula ?? 'Material',
      icon: Gem,
      href: `/materials/${one.material_id}`,
    })),
  ];
  if (entries.length > 0) return { entries, note: '' };
  if (found.error) return { entries, note: messageOf(found.error) };
  return { entries, note: found.isFetching ? 'Searching…' : `No page or material is called “${text}”.` };
}
