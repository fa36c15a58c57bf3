import { useDeferredValue, useMemo, useState } from 'react';
import { NodePanel } from '@/features/nodes/NodePanel';
import { wordOf } from '@/features/nodes/name';
import { Button } from '@/shared/ui/Button';
import { lazyViewer } from '@/shared/ui/lazyViewer';
import { ErrorPanel, Skeleton } from '@/shared/ui/states';
import type { CanvasProps } from './Canvas';
import { fold } from './fold';
import { NodeList } from './NodeList';
import { PathBar } from './PathBar';
import { callersOf, chainOf, type Provenance } from './provenance';
import { Toolbar } from './Toolbar';
import { useGraph, type View } from './useGraph';
import { useLayout } from './useLayout';
import { usePath } from './usePath';
import { find, lineage } from './walk';

const Canvas = lazyViewer<CanvasProps>(() => import('./Canvas'), 'h-full');
const NONE = new Set<string>();

/** A graph, what one does with it, and the node that is chosen in it. */
export function Explorer({ uuid, view, onView }: { uuid: string; view: View; onView: (view: View) => void }) {
  const [chosen, setChosen] = useState<string | null>(null);
  const [toggled, setToggled] = useState<Map<string, boolean>>(new Map());
  const [revealed, setRevealed] = useState<Set<string>>(() => new Set([uuid]));
  const [isFocused, setFocused] = useState(false);
  const [isList, setList] = useState(false);
  const [text, setText] = useState('');
  const [goal, setGoal] = useState<{ uuid: string } | null>(null);
  const path = usePath();
  const loaded = useGraph(uuid, view, path.found);
  const { graph } = loaded;
  const kept = useMemo(() => new Set([...revealed, ...path.way]), [revealed, path.way]);
  const shown = useMemo(
    () => graph && fold(graph, openIn(graph, toggled, kept), kept),
    [graph, toggled, kept],
  );
  const { places, error } = useLayout(shown);
  const searched = useDeferredValue(text);
  const matches = useMemo(() => find(searched, graph?.nodes.values() ?? [], wordOf), [searched, graph]);
  const found = useMemo(
    () =>
      matches.length > 0 ? new Set(matches.map((one) => shown?.placeOf.get(one.uuid) ?? one.uuid)) : NONE,
    [matches, shown],
  );
  const lit = useMemo(() => {
    if (path.way.length > 0) return new Set(path.way);
    return isFocused && chosen !== null && shown ? lineage(chosen, shown.links) : null;
  }, [path.way, isFocused, chosen, shown]);

  const choose = (one: string | null) => {
    if (one !== null && path.takes(one)) path.to(one);
    setChosen(one);
  };
  const reveal = (one: string) => {
    setRevealed((before) => new Set([...before, one]));
    choose(one);
    setGoal({ uuid: one });
  };
  const toggle = (one: string) => {
    const entry = shown?.nodes.find(({ node }) => node.uuid === one);
    if (!entry || entry.called === 0) return;
    setToggled((before) => new Map(before).set(one, entry.isFolded));
    setChosen(one);
  };
  const expand = (one: string) => {
    const behind = shown?.nodes.find(({ node }) => node.uuid === one)?.behind ?? [];
    loaded.expand(behind.slice(0, 20));
  };
  if (!graph || !shown)
    return loaded.error ? (
      <ErrorPanel error={loaded.error} retry={loaded.refetch} />
    ) : (
      <Skeleton className="h-full" />
    );
  const shared = { shown, root: uuid, chosen, onChoose: choose, onFold: toggle, onExpand: expand };
  return (
    <div className="flex min-h-0 grow flex-col gap-3 max-md:min-h-[34rem]">
      <Toolbar
        view={view}
        onView={onView}
        text={text}
        onText={setText}
        matches={matches}
        onFound={reveal}
        isFocused={isFocused}
        onFocus={setFocused}
        isList={isList}
        onList={setList}
        hasChosen={chosen !== null}
        onFoldAll={(isOpen) => setToggled(new Map([...graph.nodes.keys()].map((one) => [one, isOpen])))}
      />
      <PathBar path={path} graph={graph} />
      <div className="flex min-h-0 grow overflow-hidden rounded-lg border border-line bg-surface shadow-card">
        <div className="relative min-w-0 grow">
          {isList ? (
            <NodeList {...shared} found={found} />
          ) : error ? (
            <ErrorPanel error={error} />
          ) : places ? (
            <Canvas
              {...shared}
              places={places}
              lit={lit}
              way={path.way}
              found={found}
              goal={goal}
              onOpen={openPanel}
            />
          ) : (
            <Skeleton className="h-full" />
          )}
        </div>
        {chosen !== null && (
          <NodePanel
            key={chosen}
            uuid={chosen}
            isCentre={chosen === uuid}
            onClose={() => setChosen(null)}
            onGo={reveal}
            isShown={(one) => graph.nodes.has(one)}
            actions={
              <Button size="s" onClick={() => path.from(chosen)}>
                Path to…
              </Button>
            }
          />
        )}
      </div>
      <Foot loaded={loaded} graph={graph} count={shown.nodes.length} />
    </div>
  );
}

/** The workflows that are unfolded: those that were, and those with something inside that is to be seen. */
function openIn(graph: Provenance, toggled: Map<string, boolean>, kept: Set<string>): Set<string> {
  const caller = callersOf(graph.links);
  const open = new Set([...kept].flatMap((one) => chainOf(one, caller)));
  for (const [one, isOpen] of toggled) {
    if (isOpen) open.add(one);
    else open.delete(one);
  }
  return open;
}

function openPanel(): void {
  document.getElementById('node-panel')?.focus();
}

function Foot({
  loaded,
  graph,
  count,
}: {
  loaded: ReturnType<typeof useGraph>;
  graph: Provenance;
  count: number;
}) {
  const total = graph.nodes.size;
  return (
    <div role="status" className="flex min-h-7 flex-wrap items-center gap-x-4 gap-y-1 text-xs text-muted">
      <span className="tabular">
        {count.toLocaleString('en')} shown
        {total > count && `, ${(total - count).toLocaleString('en')} inside folded workflows`}
      </span>
      {loaded.hasNextPage && (
        <Button
          size="s"
          kind="quiet"
          busy={loaded.isFetchingNextPage}
          onClick={() => void loaded.fetchNextPage()}
        >
          There is more around it: load it
        </Button>
      )}
      {loaded.isExpanding && <span>Loading neighbours…</span>}
      {loaded.expandError && <span className="text-bad">Neighbours: {loaded.expandError.message}</span>}
      {loaded.error && <span className="text-bad">{loaded.error.message}</span>}
      <span className="ml-auto max-md:hidden">
        <kbd>Arrows</kbd> move along links · <kbd>Enter</kbd> open · <kbd>Space</kbd> unfold · <kbd>+</kbd>{' '}
        neighbours
      </span>
    </div>
  );
}
