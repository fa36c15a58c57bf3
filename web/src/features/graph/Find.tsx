import { Search } from 'lucide-react';
import { type KeyboardEvent, useState } from 'react';
import { nameOf, wordOf } from '@/features/nodes/name';
import { kindOf } from '@/shared/nodes/kinds';
import { classes } from '@/shared/ui/classes';
import type { ProvenanceNode } from './provenance';

const SHOWN = 8;

/** Search among the loaded nodes; one that is inside a folded workflow is shown by unfolding that. */
export function Find({
  text,
  onText,
  matches,
  onFound,
}: {
  text: string;
  onText: (text: string) => void;
  matches: ProvenanceNode[];
  onFound: (uuid: string) => void;
}) {
  const [at, setAt] = useState(0);
  const [isOpen, setOpen] = useState(false);
  const listed = matches.slice(0, SHOWN);
  const go = (node: ProvenanceNode | undefined) => {
    if (!node) return;
    setOpen(false);
    onFound(node.uuid);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const way = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (way) {
      event.preventDefault();
      setAt((at + way + listed.length) % Math.max(listed.length, 1));
    } else if (event.key === 'Enter') go(listed[at]);
    else if (event.key === 'Escape') onText('');
  };
  const isListed = isOpen && text.trim() !== '';
  return (
    <div className="relative min-w-52 grow md:max-w-80">
      <Search aria-hidden size={14} className="pointer-events-none absolute top-2 left-2.5 text-muted" />
      <input
        role="combobox"
        aria-label="Find in this graph"
        aria-expanded={isListed}
        aria-controls="graph-found"
        aria-activedescendant={isListed && listed[at] ? `graph-found-${at}` : undefined}
        placeholder="Find in this graph"
        dir="auto"
        value={text}
        onChange={(event) => {
          onText(event.target.value);
          setAt(0);
          setOpen(true);
        }}
        onFocus={() => setOpen(true)}
        onBlur={() => setOpen(false)}
        onKeyDown={onKeyDown}
        className="h-8 field-box py-0! pl-8! text-sm pointer-coarse:text-base"
      />
      <div
        id="graph-found"
        role="listbox"
        aria-label="Found nodes"
        hidden={!isListed}
        className="absolute inset-x-0 top-9 z-20 animate-appear rounded-lg border border-line bg-raised p-1 shadow-raised"
      >
        {listed.map((node, index) => {
          const Icon = kindOf(node.node_type).icon;
          return (
            <div
              key={node.uuid}
              id={`graph-found-${index}`}
              role="option"
              aria-selected={index === at}
              tabIndex={-1}
              // Before the field loses the focus, and with it the list.
              onPointerDown={(event) => {
                event.preventDefault();
                go(node);
              }}
              onPointerMove={() => setAt(index)}
              className={classes(
                'flex h-8 cursor-pointer items-center gap-2 rounded px-2 text-sm pointer-coarse:h-11',
                index === at && 'bg-hover',
              )}
            >
              <Icon aria-hidden size={14} className="shrink-0 text-muted" />
              <span dir="auto" className="truncate">
                {nameOf(node).slice(0, 200)}
              </span>
              <span className="ml-auto shrink-0 text-xs text-muted">{wordOf(node)}</span>
            </div>
          );
        })}
        <p role="status" className="px-2 py-1.5 text-xs text-muted">
          {matches.length === 0 && 'Nothing that is loaded is called that.'}
          {matches.length > SHOWN && `${(matches.length - SHOWN).toLocaleString('en')} more`}
        </p>
      </div>
    </div>
  );
}
