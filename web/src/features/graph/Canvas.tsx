import '@xyflow/react/dist/base.css';
import {
  Background,
  MiniMap,
  Panel,
  getViewportForBounds,
  ReactFlow,
  ReactFlowProvider,
  useReactFlow,
  type Viewport,
} from '@xyflow/react';
import { Maximize, Minus, Plus } from 'lucide-react';
import {
  type KeyboardEvent,
  type MouseEvent,
  type RefObject,
  useEffect,
  useMemo,
  useRef,
  useState,
} from 'react';
import { useTheme } from '@/shared/shell/theme';
import { IconButton } from '@/shared/ui/Button';
import type { Shown } from './fold';
import { HEIGHT, WIDTH } from './layout';
import { type FlowLink, LinkLine } from './LinkLine';
import { FAMILIES, familyOf } from './look';
import { type Accent, type FlowNode, NodeShape } from './NodeShape';
import { keyOfLink } from './provenance';
import type { Places } from './useLayout';
import { step } from './walk';

export type CanvasProps = {
  shown: Shown;
  places: Places;
  root: string;
  chosen: string | null;
  /** What all else fades beside; null fades nothing. */
  lit: Set<string> | null;
  /** The nodes of the path that was asked for, in its order. */
  way: string[];
  found: Set<string>;
  onChoose: (uuid: string | null) => void;
  onFold: (uuid: string) => void;
  onExpand: (uuid: string) => void;
  onOpen: () => void;
  /** A node to go to; each time it is a new object. */
  goal: { uuid: string } | null;
};

const NODE_TYPES = { provenance: NodeShape };
const EDGE_TYPES = { provenance: LinkLine };
/** Of more than so many nodes only those in sight are kept in the page. */
const MANY = 600;
/** Below this zoom nobody reads a node. */
const READABLE = 0.5;

export default function Canvas(props: CanvasProps) {
  return (
    <ReactFlowProvider>
      <Flow {...props} />
    </ReactFlowProvider>
  );
}

function Flow(props: CanvasProps) {
  const { shown, places, root, chosen } = props;
  const theme = useTheme();
  const area = useRef<HTMLDivElement>(null);
  const [pointed, setPointed] = useState<string | null>(null);
  const nodes = useNodes(props);
  const links = useLinks(props, pointed);
  useSteadyView(places, chosen ?? root, area);
  useGoal(props.goal, places, area);
  const onKeyDown = (event: KeyboardEvent) => {
    const uuid = event.target instanceof HTMLElement ? event.target.dataset.node : undefined;
    if (uuid === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
    const next = step(uuid, event.key, places, shown.links);
    const act = {
      Enter: () => {
        props.onChoose(uuid);
        props.onOpen();
      },
      ' ': () => props.onFold(uuid),
      '+': () => props.onExpand(uuid),
      Escape: () => props.onChoose(null),
    }[event.key];
    if (next === undefined && act === undefined) {
      if (event.key.startsWith('Arrow')) event.preventDefault();
      return;
    }
    event.preventDefault();
    if (next === undefined) act?.();
    else props.onChoose(next);
    if (next !== undefined) area.current?.querySelector<HTMLElement>(`[data-node="${next}"]`)?.focus();
  };
  const onNodeClick = (event: MouseEvent) => {
    const button = event.target instanceof Element ? event.target.closest('button') : null;
    const { node, fold, expand } = button?.dataset ?? {};
    if (node) props.onChoose(node);
    if (fold) props.onFold(fold);
    if (expand) props.onExpand(expand);
  };
  return (
    // eslint-disable-next-line jsx-a11y/no-static-element-interactions -- it hears what happens to the buttons inside
    <div ref={area} className="h-full" onKeyDown={onKeyDown}>
      <ReactFlow
        aria-label="Provenance graph: the arrow keys move along links, Enter opens a node, space unfolds, plus shows more neighbours"
        nodes={nodes}
        edges={links}
        nodeTypes={NODE_TYPES}
        edgeTypes={EDGE_TYPES}
        colorMode={theme}
        minZoom={0.05}
        maxZoom={2}
        nodesDraggable={false}
        nodesConnectable={false}
        nodesFocusable={false}
        edgesFocusable={false}
        elementsSelectable={false}
        disableKeyboardA11y
        proOptions={{ hideAttribution: true }}
        onlyRenderVisibleElements={nodes.length > MANY}
        onEdgeMouseEnter={(_, edge) => setPointed(edge.id)}
        onEdgeMouseLeave={() => setPointed(null)}
        onNodeClick={onNodeClick}
        onPaneClick={() => props.onChoose(null)}
        className="[--xy-background-color:var(--surface)]"
      >
        <Background gap={24} size={1} color="var(--line)" />
        <Zoom />
        <MiniMap
          pannable
          zoomable
          ariaLabel="Overview of the graph"
          position="bottom-right"
          className="overflow-hidden rounded-md border border-line max-md:hidden"
          bgColor="var(--sunken)"
          maskColor="color-mix(in oklch, var(--canvas) 70%, transparent)"
          nodeColor={colourOf}
        />
      </ReactFlow>
    </div>
  );
}

function Zoom() {
  const flow = useReactFlow();
  return (
    <Panel
      position="bottom-left"
      className="flex flex-col rounded-md border border-line bg-raised p-0.5 shadow-card"
    >
      <IconButton size="s" icon={Plus} label="Larger" onClick={() => void flow.zoomIn()} />
      <IconButton size="s" icon={Minus} label="Smaller" onClick={() => void flow.zoomOut()} />
      <IconButton
        size="s"
        icon={Maximize}
        label="Show all"
        onClick={() => void flow.fitView({ padding: 0.1 })}
      />
    </Panel>
  );
}

const colourOf = (node: FlowNode) => FAMILIES[familyOf(node.data.shown.node)].colour;

function useNodes({ shown, places, root, chosen, lit, way, found }: CanvasProps): FlowNode[] {
  const plain = useMemo(() => {
    return shown.nodes.flatMap((one): FlowNode[] => {
      const { uuid } = one.node;
      const position = places.get(uuid);
      // What has just come stands nowhere until the layout knows it.
      if (position === undefined) return [];
      const data = { shown: one, isRoot: uuid === root, accent: null, isStop: false };
      return [{ id: uuid, type: 'provenance', position, data, width: WIDTH, height: HEIGHT }];
    });
  }, [shown, places, root]);
  return useMemo(() => {
    const onWay = new Set(way);
    const stop = chosen !== null && places.has(chosen) ? chosen : root;
    const accentOf = (uuid: string): Accent => {
      if (uuid === chosen) return 'chosen';
      if (onWay.has(uuid)) return 'way';
      if (found.has(uuid)) return 'found';
      return lit && !lit.has(uuid) ? 'faded' : null;
    };
    const first = plain.some((node) => node.id === stop) ? stop : plain[0]?.id;
    return plain.map((node) => {
      const accent = accentOf(node.id);
      const isStop = node.id === first;
      // What stays the same is not drawn again.
      return accent === null && !isStop ? node : { ...node, data: { ...node.data, accent, isStop } };
    });
  }, [plain, places, root, chosen, lit, way, found]);
}

function useLinks({ shown, places, chosen, lit, way }: CanvasProps, pointed: string | null): FlowLink[] {
  const plain = useMemo(() => {
    const there = shown.links.filter((link) => places.has(link.source) && places.has(link.target));
    return there.map((link): FlowLink => {
      const { source, target } = link;
      return { id: keyOfLink(link), type: 'provenance', source, target, data: { link, accent: null } };
    });
  }, [shown, places]);
  return useMemo(() => {
    const place = new Map(way.map((uuid, index) => [uuid, index]));
    const isOnWay = ({ source, target }: FlowLink) =>
      Math.abs((place.get(source) ?? -9) - (place.get(target) ?? 9)) === 1;
    return plain.map((line) => {
      const { source, target, data } = line;
      if (!data) return line;
      const isNear = source === chosen || target === chosen || line.id === pointed;
      const isFaded = lit !== null && !(lit.has(source) && lit.has(target));
      const accent = isOnWay(line) ? 'way' : isNear ? 'near' : isFaded ? 'faded' : null;
      return accent === null
        ? line
        : { ...line, data: { ...data, accent }, zIndex: accent === 'faded' ? 0 : 1 };
    });
  }, [plain, chosen, lit, way, pointed]);
}

/** Begin with all of it, or where that is too small to read, with its centre; then keep what is looked at in place. */
function useSteadyView(places: Places, anchor: string, area: RefObject<HTMLDivElement | null>): void {
  const flow = useReactFlow();
  const before = useRef<Places>(null);
  useEffect(() => {
    const last = before.current;
    before.current = places;
    if (last === null) {
      const size = area.current?.getBoundingClientRect();
      if (size) void flow.setViewport(firstView(places, anchor, size));
      return;
    }
    const steady = [anchor, ...last.keys()].find((uuid) => last.has(uuid) && places.has(uuid));
    const from = steady && last.get(steady);
    const to = steady && places.get(steady);
    if (!from || !to) return;
    const { x, y, zoom } = flow.getViewport();
    void flow.setViewport({ x: x + (from.x - to.x) * zoom, y: y + (from.y - to.y) * zoom, zoom });
  }, [places, anchor, area, flow]);
}

function firstView(places: Places, anchor: string, { width, height }: DOMRect): Viewport {
  const [xs, ys] = [[...places.values()].map(({ x }) => x), [...places.values()].map(({ y }) => y)];
  const [left, top] = [Math.min(...xs), Math.min(...ys)];
  const bounds = {
    x: left,
    y: top,
    width: Math.max(...xs) + WIDTH - left,
    height: Math.max(...ys) + HEIGHT - top,
  };
  const all = getViewportForBounds(bounds, width, height, 0.05, 1, 0.1);
  const centre = places.get(anchor);
  if (all.zoom >= READABLE || centre === undefined) return all;
  const zoom = 1;
  return {
    x: width / 2 - (centre.x + WIDTH / 2) * zoom,
    y: height / 2 - (centre.y + HEIGHT / 2) * zoom,
    zoom,
  };
}

function useGoal(goal: CanvasProps['goal'], places: Places, area: RefObject<HTMLDivElement | null>): void {
  const flow = useReactFlow();
  const reached = useRef<CanvasProps['goal']>(null);
  useEffect(() => {
    const place = goal && places.get(goal.uuid);
    if (!place || reached.current === goal) return;
    reached.current = goal;
    void flow.setCenter(place.x + WIDTH / 2, place.y + HEIGHT / 2, {
      zoom: Math.max(flow.getZoom(), 0.8),
      duration: 200,
    });
    // React Flow draws it after this: what has just been unfolded is not in the page yet.
    requestAnimationFrame(() =>
      area.current?.querySelector<HTMLElement>(`[data-node="${goal.uuid}"]`)?.focus({ preventScroll: true }),
    );
  }, [goal, places, flow, area]);
}
