import { ChevronsDownUp, ChevronsUpDown, Plus } from 'lucide-react';
import { useMemo } from 'react';
import { nameOf, wordOf } from '@/features/nodes/name';
import { statusOf } from '@/features/nodes/status';
import { kindOf } from '@/shared/nodes/kinds';
import { IconButton } from '@/shared/ui/Button';
import { classes } from '@/shared/ui/classes';
import { StatusBadge } from '@/shared/ui/StatusBadge';
import type { CanvasProps } from './Canvas';
import type { ShownNode } from './fold';
import { FAMILIES, familyOf, WORDS_OF_LINKS } from './look';

type Source = { key: string; name: string; word: string };
type Props = Pick<CanvasProps, 'shown' | 'root' | 'chosen' | 'found' | 'onChoose' | 'onFold' | 'onExpand'>;

/** The graph as a list: each node with what it came from. */
export function NodeList(props: Props) {
  const { nodes, links } = props.shown;
  const sources = useMemo(() => {
    const names = new Map(nodes.map(({ node }) => [node.uuid, nameOf(node).slice(0, 60)]));
    const found = new Map<string, Source[]>();
    for (const { source, target, type } of links) {
      const one = { key: source + type, name: names.get(source) ?? '', word: WORDS_OF_LINKS[type] };
      found.set(target, [...(found.get(target) ?? []), one]);
    }
    return found;
  }, [nodes, links]);
  return (
    <ul aria-label="Nodes of the graph" className="h-full overflow-y-auto text-sm">
      {props.shown.nodes.map((one) => (
        <Row key={one.node.uuid} one={one} sources={sources.get(one.node.uuid) ?? []} {...props} />
      ))}
    </ul>
  );
}

function Row({
  one,
  sources,
  root,
  chosen,
  found,
  onChoose,
  onFold,
  onExpand,
}: Props & { one: ShownNode; sources: Source[] }) {
  const { node, called, isFolded, hidden } = one;
  const { uuid } = node;
  const status = statusOf(node);
  const Icon = kindOf(node.node_type).icon;
  return (
    <li
      className={classes(
        'flex items-center gap-3 border-b border-line px-4 py-2',
        uuid === chosen && 'bg-accent-soft',
        found.has(uuid) && 'shadow-[inset_3px_0_0_var(--wait)]',
      )}
    >
      <Icon aria-hidden size={16} className={classes('shrink-0', FAMILIES[familyOf(node)].text)} />
      <div className="min-w-0 grow">
        <button
          type="button"
          aria-pressed={uuid === chosen}
          onClick={() => onChoose(uuid)}
          className="block max-w-full truncate text-left font-medium hover:underline"
          dir="auto"
          title={nameOf(node).slice(0, 500)}
        >
          {nameOf(node).slice(0, 200)}
        </button>
        <p className="truncate text-xs text-muted">
          {wordOf(node)}
          {uuid === root && ' · centre'}
          {sources.length > 0 && ' · from '}
          {sources.slice(0, 3).map(({ key, name, word }, index) => (
            <span key={key}>
              {index > 0 && ', '}
              <bdi>{name}</bdi> ({word})
            </span>
          ))}
          {sources.length > 3 && ` and ${sources.length - 3} more`}
        </p>
      </div>
      {status && <StatusBadge status={status} />}
      {called > 0 && (
        <IconButton
          size="s"
          icon={isFolded ? ChevronsUpDown : ChevronsDownUp}
          label={isFolded ? `Unfold ${called} processes` : 'Fold what it called'}
          onClick={() => onFold(uuid)}
        />
      )}
      {hidden > 0 && (
        <IconButton
          size="s"
          icon={Plus}
          label={`Show ${hidden} more neighbours`}
          onClick={() => onExpand(uuid)}
        />
      )}
    </li>
  );
}
