import { rowsOf, type NumberArray } from './npy';
import { seenOf } from './wulff';

const COLOURS = ['var(--accent)', 'var(--wait)', 'var(--run)', 'var(--bad)', 'var(--ok)'];
const WIDTH = 240;

/** A convex body as it is seen from a corner, each family of faces in its colour. */
export function WulffShape({ arrays, labels }: { arrays: Record<string, NumberArray>; labels: string[] }) {
  const { vertices, triangles, family, edges } = arrays;
  if (!vertices || !triangles || !family || !edges) return null;
  const seen = seenOf(rowsOf(vertices), rowsOf(triangles), family.values, rowsOf(edges));
  const scale = WIDTH / 2.1 / Math.max(...seen.corners.map(([x, y]) => Math.hypot(x, y)));
  const place = (corner: number) => {
    const [x, y] = seen.corners[corner] ?? [0, 0];
    return `${(scale * x).toFixed(2)},${(-scale * y).toFixed(2)}`;
  };
  return (
    <figure className="flex flex-col items-center gap-2">
      <svg
        role="img"
        aria-label={`Equilibrium shape: ${labels.join(', ')}`}
        viewBox={`${-WIDTH / 2} ${-WIDTH / 2} ${WIDTH} ${WIDTH}`}
        className="w-full max-w-sm"
      >
        {seen.faces.map(({ corners, family, light }, at) => (
          <polygon
            key={at}
            points={corners.map(place).join(' ')}
            fill={COLOURS[family % COLOURS.length]}
            stroke={COLOURS[family % COLOURS.length]}
            strokeWidth="0.5"
            opacity={0.45 + 0.55 * light}
          />
        ))}
        {seen.edges.map((edge, at) => (
          <polyline
            key={at}
            points={edge.map(place).join(' ')}
            stroke="var(--surface)"
            strokeWidth="1.5"
            strokeLinecap="round"
          />
        ))}
      </svg>
      <figcaption>
        <ul className="flex flex-wrap justify-center gap-x-4 gap-y-1 text-xs text-muted">
          {labels.map((label, at) => (
            <li key={label} className="flex items-center gap-1.5">
              <svg aria-hidden width="10" height="10">
                <rect width="10" height="10" fill={COLOURS[at % COLOURS.length]} />
              </svg>
              {label}
            </li>
          ))}
        </ul>
      </figcaption>
    </figure>
  );
}
