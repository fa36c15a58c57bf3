import { type RefObject, useEffect, useState } from 'react';

type Edge = { from: string; to: string };

/** Lines from step to step, beneath them; what they say, the steps say in words. */
export function Lines({ grid, edges }: { grid: RefObject<HTMLDivElement | null>; edges: Edge[] }) {
  const [paths, setPaths] = useState<string[]>([]);
  const key = JSON.stringify(edges);
  useEffect(() => {
    const place = grid.current;
    if (place === null) return;
    const draw = () => setPaths((JSON.parse(key) as Edge[]).flatMap((edge) => pathOf(place, edge)));
    // It is told of the first size too. Steps grow as values come: so each is watched.
    const watch = new ResizeObserver(draw);
    watch.observe(place);
    place.querySelectorAll('[data-step]').forEach((step) => watch.observe(step));
    return () => watch.disconnect();
  }, [grid, key]);
  return (
    <svg
      aria-hidden
      className="pointer-events-none absolute inset-0 size-full overflow-visible max-lg:hidden"
    >
      {paths.map((path) => (
        <g key={path} className="fill-none stroke-line-strong">
          <path d={path} strokeWidth={1.5} />
          <path d={tipOf(path)} strokeWidth={1.5} strokeLinecap="round" strokeLinejoin="round" />
        </g>
      ))}
    </svg>
  );
}

/** From below one step to above the other; from its side when another step is right below it. */
function pathOf(grid: HTMLElement, { from, to }: Edge): string[] {
  const [source, target] = [from, to].map((label) =>
    grid.querySelector(`[data-step="${CSS.escape(label)}"]`),
  );
  if (!source || !target) return [];
  const origin = grid.getBoundingClientRect();
  const [above, below] = [source.getBoundingClientRect(), target.getBoundingClientRect()];
  const [x1, y1] = [below.left + below.width / 2 - origin.left, below.top - origin.top - 3];
  if (source.nextElementSibling !== null && above.left !== below.left) {
    const x0 = (above.left < below.left ? above.right : above.left) - origin.left;
    const y0 = above.top + above.height / 2 - origin.top;
    return [`M${x0} ${y0}C${x1} ${y0} ${x1} ${y0} ${x1} ${y1}`];
  }
  const [x0, y0] = [above.left + above.width / 2 - origin.left, above.bottom - origin.top];
  const bend = Math.max(16, (y1 - y0) / 2);
  return [`M${x0} ${y0}C${x0} ${y0 + bend} ${x1} ${y1 - bend} ${x1} ${y1}`];
}

/** The point of the arrow at the end of a line, which comes from above. */
function tipOf(path: string): string {
  const [x = 0, y = 0] = path.split(' ').slice(-2).map(Number);
  return `M${x - 4} ${y - 5}L${x} ${y}L${x + 4} ${y - 5}`;
}
