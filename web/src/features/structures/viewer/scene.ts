import {
  CAP,
  createViewer,
  elementColors,
  GLModel,
  type GLShape,
  type GLViewer,
  type Label,
} from '3dmol/build/3Dmol-min.js';
import type { Cell, Vector, View } from '../structure';
import { completed, cross, dot, minus, norm, scaled } from './geometry';
import type { Colours, Look, Style } from './look';
import { MOST_LABELS } from './look';
import type { Pick } from './measure';

const COLOURS = { colorscheme: 'Jmol' };
/** Parts of the van der Waals radius, and widths [Å]. */
const BALL = 0.28;
const STICK = 0.2;
const STYLES: Record<Style, object> = {
  balls: { sphere: { ...COLOURS, scale: BALL }, stick: { ...COLOURS, radius: 0.13 } },
  space: { sphere: { ...COLOURS, scale: 1 } },
  sticks: { sphere: { ...COLOURS, radius: STICK }, stick: { ...COLOURS, radius: STICK } },
};
/** How much larger than its atom a mark is. */
const MARK = 1.25;

type Quaternion = [number, number, number, number];

/** The colour of an element, those of Jmol, as `#rrggbb`. */
export function colourOf(symbol: string): string {
  const colours = elementColors.Jmol as Record<string, number>;
  return `#${(colours[symbol] ?? 0xff1493).toString(16).padStart(6, '0')}`;
}

/** Whether this browser can draw in three dimensions at all. */
export function canDraw(): boolean {
  const context = document.createElement('canvas').getContext('webgl2');
  context?.getExtension('WEBGL_lose_context')?.loseContext();
  return context !== null;
}

/** What 3Dmol draws of a structure in an element of its own. */
export class Scene {
  private picked: ((drawn: number) => void) | null = null;
  private turned: ((turn: Quaternion) => void) | null = null;
  readonly element = document.createElement('div');
  private readonly viewer: GLViewer;
  private shown: View | null = null;
  private style: Style = 'balls';
  private marks: { shapes: GLShape[]; labels: Label[] } = { shapes: [], labels: [] };

  constructor(host: HTMLElement) {
    this.element.style.cssText = 'position: absolute; inset: 0';
    host.append(this.element);
    this.viewer = createViewer(this.element, { disableFog: true, antialias: true });
    this.viewer.setViewChangeCallback((view: number[]) => {
      this.turned?.([view[4] ?? 0, view[5] ?? 0, view[6] ?? 0, view[7] ?? 1]);
    });
    new ResizeObserver(() => this.element.isConnected && this.resize()).observe(this.element);
    // Its own zoom takes no scroll of exactly its step, and turns round at that.
    const zoom = (event: WheelEvent) => {
      event.preventDefault();
      event.stopPropagation();
      this.zoom(Math.exp(-Math.max(-200, Math.min(200, event.deltaY)) / 400));
    };
    this.element.addEventListener('wheel', zoom, { capture: true, passive: false });
  }

  /** Draw a structure; another one than before is put in the middle. */
  draw(view: View, look: Look, colours: Colours): void {
    const { viewer } = this;
    viewer.removeAllModels();
    viewer.removeAllShapes();
    viewer.removeAllLabels();
    this.marks = { shapes: [], labels: [] };
    viewer.setBackgroundColor(colours.background, 1);
    viewer.setProjection(look.orthographic ? 'orthographic' : 'perspective');
    viewer.addModel().addAtoms(atomsOf(view));
    viewer.setStyle({}, { ...STYLES[look.style] });
    viewer.setClickable({}, true, (atom: { serial?: number }) => this.picked?.(atom.serial ?? 0));
    if (look.cell) this.drawCell(view, colours.line);
    if (look.labels && view.symbols.length <= MOST_LABELS) this.drawLabels(view, colours);
    if (this.shown !== view) this.fit(this.shown === null);
    this.shown = view;
    this.style = look.style;
    viewer.render();
  }

  /** Mark atoms, and join them in their order; the value stands in the middle. */
  mark(picks: Pick[], isPath: boolean, text: string | null, colours: Colours): void {
    for (const shape of this.marks.shapes) this.viewer.removeShape(shape);
    for (const label of this.marks.labels) this.viewer.removeLabel(label);
    const shapes = picks.map(({ site, position }) =>
      this.viewer.addSphere({
        center: point(position),
        radius: MARK * this.radiusOf(site),
        color: colours.accent,
        opacity: 0.6,
      }),
    );
    const labels: Label[] = [];
    picks.slice(1).forEach(({ position }, index) => {
      const before = picks[index]?.position;
      if (!isPath || !before) return;
      const [start, end, color] = [point(before), point(position), colours.accent];
      shapes.push(this.viewer.addCylinder({ start, end, radius: 0.06, dashed: true, color }));
    });
    const last = picks.at(-1);
    if (text !== null && last) {
      const middle = scaled(
        picks.reduce<Vector>((sum, { position }) => plus(sum, position), [0, 0, 0]),
        1 / picks.length,
      );
      labels.push(this.viewer.addLabel(text, { ...labelLook(colours, 14), position: point(middle) }));
    }
    this.marks = { shapes, labels };
    this.viewer.render();
  }

  /** Say of each atom that is clicked which of those drawn it is. */
  onPick(listener: ((drawn: number) => void) | null): void {
    this.picked = listener;
  }

  /** Say how the structure is turned, now and whenever that changes. */
  onTurn(listener: ((turn: Quaternion) => void) | null): void {
    this.turned = listener;
    this.viewer.render();
  }

  zoom(factor: number): void {
    this.viewer.zoom(factor);
  }

  /** Turn [°] about an axis of the screen. */
  turn(degrees: number, axis: 'x' | 'y' | 'z'): void {
    this.viewer.rotate(degrees, `v${axis}`);
  }

  move(x: number, y: number): void {
    this.viewer.translate(x, y);
  }

  spin(isOn: boolean): void {
    this.viewer.spin(isOn ? 'vy' : false, 0.6);
  }

  /** Look at the whole; from the first direction again when `turned`. */
  fit(turned: boolean): void {
    if (turned) this.look(TILTED);
    this.zoomToWhole();
  }

  /** Look along a cell vector, towards its beginning; the next one but one is up. */
  along(axis: 0 | 1 | 2, cell: Cell): void {
    const [a, b, c] = completed(cell);
    this.look(turnTo([a, b, c][axis] ?? c, axis === 2 ? b : c));
    this.zoomToWhole();
  }

  resize(): void {
    this.viewer.resize();
    this.zoomToWhole();
  }

  picture(): string {
    return this.viewer.pngURI();
  }

  /** Forget what was drawn, so that the scene can show something else. */
  clear(): void {
    this.spin(false);
    this.picked = this.turned = null;
    this.shown = null;
    this.marks = { shapes: [], labels: [] };
    this.viewer.removeAllModels();
    this.viewer.removeAllShapes();
    this.viewer.removeAllLabels();
    this.element.remove();
  }

  private zoomToWhole(): void {
    const { offsetWidth, offsetHeight } = this.element;
    this.viewer.zoomTo();
    // It fits the height; where that is more than the width, less of it is there.
    if (offsetWidth > 0 && offsetWidth < offsetHeight) this.viewer.zoom(offsetWidth / offsetHeight);
  }

  /** The radius [Å] at which a site is drawn. */
  private radiusOf(site: number): number {
    if (this.style === 'sticks') return STICK;
    const symbol = this.shown?.symbols[this.shown.sites.indexOf(site)] ?? '';
    const radii = GLModel.vdwRadii as Record<string, number>;
    return (radii[symbol] ?? 1.5) * (this.style === 'balls' ? BALL : 1);
  }

  private look(turn: Quaternion): void {
    const view = this.viewer.getView() as number[];
    this.viewer.setView([...view.slice(0, 4), ...turn]);
  }

  private drawCell(view: View, color: string): void {
    const box = this.viewer.addShape({ color });
    // As wide as it looks right beside atoms; of a large cell, as it can still be seen.
    const longest = Math.max(...view.edges.map(([start, end]) => norm(minus(end, start))));
    const radius = Math.max(0.035, 0.0028 * longest);
    for (const [start, end] of view.edges)
      box.addCylinder({
        start: point(start),
        end: point(end),
        radius,
        fromCap: CAP.ROUND,
        toCap: CAP.ROUND,
        color,
      });
  }

  private drawLabels(view: View, colours: Colours): void {
    view.positions.forEach((position, index) => {
      const text = `${view.symbols[index] ?? ''} ${view.sites[index] ?? ''}`;
      this.viewer.addLabel(text, { ...labelLook(colours, 11), position: point(position) }, undefined, true);
    });
  }
}

// 3Dmol cannot end a viewer: its listeners stay, and browsers bear few WebGL contexts. So they are used again.
const free: Scene[] = [];

/** A scene in an element; null where it cannot be drawn. */
export function takeScene(host: HTMLElement): Scene | null {
  const used = free.pop();
  if (used) {
    host.append(used.element);
    used.resize();
    return used;
  }
  return canDraw() ? new Scene(host) : null;
}

export function giveBack(scene: Scene): void {
  scene.clear();
  free.push(scene);
}

const point = ([x, y, z]: Vector) => ({ x, y, z });
const plus = (a: Vector, b: Vector) => minus(a, scaled(b, -1));

function atomsOf(view: View) {
  const atoms = view.positions.map(([x, y, z], index) => ({
    elem: view.symbols[index] ?? 'X',
    x,
    y,
    z,
    serial: index,
    bonds: [] as number[],
    bondOrder: [] as number[],
  }));
  for (const [first, second] of view.bonds) {
    atoms[first]?.bonds.push(second);
    atoms[first]?.bondOrder.push(1);
    atoms[second]?.bonds.push(first);
    atoms[second]?.bondOrder.push(1);
  }
  return atoms;
}

function labelLook(colours: Colours, fontSize: number) {
  return {
    fontSize,
    fontColor: colours.text,
    backgroundColor: colours.background,
    backgroundOpacity: 0.8,
    inFront: true,
    alignment: 'center' as const,
  };
}

/** The rotation that brings a direction to the front, and another one up. */
function turnTo(front: Vector, up: Vector): Quaternion {
  const z = scaled(front, 1 / norm(front));
  const upright = minus(up, scaled(z, dot(up, z)));
  const y = scaled(upright, 1 / norm(upright));
  return quaternionOf([cross(y, z), y, z]);
}

/** The quaternion of a rotation whose matrix has these rows. */
function quaternionOf([x, y, z]: Cell): Quaternion {
  const trace = x[0] + y[1] + z[2];
  const w = Math.sqrt(Math.max(0, 1 + trace)) / 2;
  if (w > 1e-3) return [(z[1] - y[2]) / (4 * w), (x[2] - z[0]) / (4 * w), (y[0] - x[1]) / (4 * w), w];
  // Half a turn: the axis is the column of 1 + R that is longest.
  const columns: Vector[] = [
    [1 + x[0], y[0], z[0]],
    [x[1], 1 + y[1], z[1]],
    [x[2], y[2], 1 + z[2]],
  ];
  const axis = columns.reduce((best, one) => (norm(one) > norm(best) ? one : best));
  return [axis[0] / norm(axis), axis[1] / norm(axis), axis[2] / norm(axis), 0];
}

/** From the front, a little from above and from the right. */
const TILTED: Quaternion = quaternionOf(tilted(-75, 20));

function tilted(about_x: number, about_z: number): Cell {
  const [cx, sx] = [Math.cos((about_x * Math.PI) / 180), Math.sin((about_x * Math.PI) / 180)];
  const [cz, sz] = [Math.cos((about_z * Math.PI) / 180), Math.sin((about_z * Math.PI) / 180)];
  return [
    [cz, -sz, 0],
    [cx * sz, cx * cz, -sx],
    [sx * sz, sx * cz, cx],
  ];
}
