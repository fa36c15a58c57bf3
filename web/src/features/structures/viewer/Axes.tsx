import { useEffect, useRef } from 'react';
import type { Cell, Vector } from '../structure';
import { completed, norm, scaled } from './geometry';
import type { Scene } from './scene';

const SIZE = 84;
const LENGTH = 28;
const NAMES = ['a', 'b', 'c'] as const;
const LOOKS = ['stroke-bad fill-bad', 'stroke-ok fill-ok', 'stroke-run fill-run'] as const;

/** The directions of the cell vectors, turned with the structure. */
export function Axes({ scene, cell }: { scene: Scene; cell: Cell }) {
  const group = useRef<SVGSVGElement>(null);
  useEffect(() => {
    const vectors = completed(cell).map((vector) => scaled(vector, LENGTH / norm(vector)));
    scene.onTurn((turn) => {
      vectors.forEach((vector, index) => {
        const part = group.current?.children[index];
        const [x, y, z] = turned(vector, turn);
        const [line, text] = [part?.children[0], part?.children[1]];
        line?.setAttribute('x2', String(x));
        line?.setAttribute('y2', String(-y));
        text?.setAttribute('x', String(x * 1.32));
        text?.setAttribute('y', String(-y * 1.32));
        part?.setAttribute('opacity', z < -1 ? '0.5' : '1');
      });
    });
    return () => scene.onTurn(null);
  }, [scene, cell]);
  return (
    <svg
      ref={group}
      aria-hidden
      viewBox={`${-SIZE / 2} ${-SIZE / 2} ${SIZE} ${SIZE}`}
      className="pointer-events-none absolute bottom-1 left-1 size-21"
    >
      {NAMES.map((name, index) => (
        <g key={name} className={LOOKS[index]}>
          <line x1={0} y1={0} strokeWidth={2} strokeLinecap="round" />
          <text
            stroke="none"
            textAnchor="middle"
            dominantBaseline="central"
            fontSize={12}
            fontWeight={600}
            fontStyle="italic"
          >
            {name}
          </text>
        </g>
      ))}
    </svg>
  );
}

/** A vector after the rotation of a quaternion. */
function turned([x, y, z]: Vector, [i, j, k, w]: [number, number, number, number]): Vector {
  const [tx, ty, tz] = [2 * (j * z - k * y), 2 * (k * x - i * z), 2 * (i * y - j * x)];
  return [x + w * tx + j * tz - k * ty, y + w * ty + k * tx - i * tz, z + w * tz + i * ty - j * tx];
}
