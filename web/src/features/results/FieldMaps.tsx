import { useEffect, useRef, useState } from 'react';
import { Select } from '@/shared/ui/Field';
import { Async } from '@/shared/ui/states';
import { colourOf } from './colours';
import { useArrays } from './load';
import type { NumberArray } from './npy';
import { format, nameAndUnit } from './quantity';

/** The fields of an engine on its regular grid, one at a time, as a picture with its scale. */
export function FieldMaps({ names, uuid }: { names: string[]; uuid: string }) {
  const [chosen, setChosen] = useState(names[0] ?? '');
  const fields = useArrays(uuid, [chosen, 'grid_inside', ...gridNames(names)]);
  return (
    <div className="flex flex-col gap-3">
      <label className="flex items-center gap-2 text-sm text-muted">
        Field
        <Select value={chosen} onChange={(event) => setChosen(event.target.value)}>
          {names.map((name) => (
            <option key={name} value={name}>
              {labelOf(name)}
            </option>
          ))}
        </Select>
      </label>
      <Async query={fields}>
        {({ arrays }) =>
          arrays[chosen] ? <Picture name={chosen} field={arrays[chosen]} arrays={arrays} /> : null
        }
      </Async>
    </div>
  );
}

function gridNames(names: string[]): string[] {
  return names.length === 0 ? [] : ['grid_x_m', 'grid_y_m', 'grid_x', 'grid_y'];
}

function Picture({
  name,
  field,
  arrays,
}: {
  name: string;
  field: NumberArray;
  arrays: Record<string, NumberArray>;
}) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const [ny = 0, nx = 0] = field.shape;
  const inside = arrays.grid_inside?.values;
  const shown = field.values.filter((_, at) => !inside || (inside[at] ?? 0) > 0.5);
  const least = shown.reduce((low, one) => Math.min(low, one), Infinity);
  const most = shown.reduce((high, one) => Math.max(high, one), -Infinity);
  useEffect(() => {
    const context = canvas.current?.getContext('2d');
    if (!context) return;
    const image = context.createImageData(nx, ny);
    for (let row = 0; row < ny; row += 1) {
      for (let column = 0; column < nx; column += 1) {
        const at = row * nx + column;
        // rows go up, those of a picture go down
        const pixel = 4 * ((ny - 1 - row) * nx + column);
        const share = most > least ? ((field.values[at] ?? 0) - least) / (most - least) : 0.5;
        image.data.set(colourOf(share), pixel);
        image.data[pixel + 3] = !inside || (inside[at] ?? 0) > 0.5 ? 255 : 0;
      }
    }
    context.putImageData(image, 0, 0);
  }, [field, inside, nx, ny, least, most]);
  const { unit } = nameAndUnit(name);
  const told = `${labelOf(name)}, from ${format(least, 4)} to ${format(most, 4)} ${unit}`;
  return (
    <figure className="flex flex-col gap-2">
      <canvas
        ref={canvas}
        width={nx}
        height={ny}
        role="img"
        aria-label={told}
        className="max-h-[28rem] w-full max-w-2xl object-contain object-left [image-rendering:pixelated]"
      />
      <figcaption className="flex max-w-2xl items-center gap-2 text-xs text-muted tabular">
        <span>{format(least, 4)}</span>
        <span aria-hidden className="h-2.5 grow rounded-sm" style={{ background: SCALE }} />
        <span>{`${format(most, 4)} ${unit}`}</span>
      </figcaption>
    </figure>
  );
}

const SCALE = `linear-gradient(to right, ${[0, 0.25, 0.5, 0.75, 1]
  .map((share) => `rgb(${colourOf(share).join(' ')})`)
  .join(', ')})`;

function labelOf(name: string): string {
  const { name: words, unit } = nameAndUnit(name.replace(/^field_/, ''));
  return unit === '' ? words : `${words} (${unit})`;
}
