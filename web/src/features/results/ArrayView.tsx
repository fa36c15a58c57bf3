import { useState } from 'react';
import { Field, Select } from '@/shared/ui/Field';
import { Async } from '@/shared/ui/states';
import { Figure } from './Figure';
import { useArrays, useNode, shapesOf } from './load';
import { Numbers } from './Numbers';
import { rowsOf } from './npy';
import { nameAndUnit } from './quantity';

/** Arrays of a node: one of them as a curve or as rows. */
export default function ArrayView({ uuid }: { uuid: string }) {
  const node = useNode(uuid);
  return (
    <Async query={node}>
      {({ attributes }) => {
        const shapes = shapesOf(attributes);
        return Object.keys(shapes).length === 0 ? (
          <p className="text-sm text-muted">This node has no arrays.</p>
        ) : (
          <OneArray uuid={uuid} shapes={shapes} />
        );
      }}
    </Async>
  );
}

function OneArray({ uuid, shapes }: { uuid: string; shapes: Record<string, number[]> }) {
  const names = Object.keys(shapes).sort();
  const lines = names.filter((name) => shapes[name]?.length === 1);
  const [chosen, setChosen] = useState(lines.find((name) => name !== 'time_fs') ?? names[0] ?? '');
  // A run's series are against its time, x_array of a curve against that.
  const along = ['time_fs', 'x_array', 'volumes', 'r_A', 'temperature_K'].find(
    (name) => name !== chosen && lines.includes(name) && shapes[name]?.[0] === shapes[chosen]?.[0],
  );
  const found = useArrays(uuid, along === undefined ? [chosen] : [chosen, along]);
  return (
    <div className="flex flex-col gap-4">
      <Field label="Array">
        <Select value={chosen} onChange={(event) => setChosen(event.target.value)}>
          {names.map((name) => (
            <option
              key={name}
              value={name}
            >{`${name} (${shapes[name]?.join(' × ') || 'one number'})`}</option>
          ))}
        </Select>
      </Field>
      <Async query={found}>
        {({ arrays }) => {
          const array = arrays[chosen];
          if (array === undefined) return null;
          const y = nameAndUnit(chosen);
          if (array.shape.length === 1 && array.values.length > 1) {
            const x = along === undefined ? { name: 'number', unit: '' } : nameAndUnit(along);
            const places = arrays[along ?? '']?.values ?? array.values.map((_, at) => at);
            return (
              <Figure
                plot={{ title: y.name, x, y, series: [{ name: y.name, x: places, y: array.values }] }}
              />
            );
          }
          const rows = array.shape.length < 2 ? [array.values] : rowsOf(array);
          const columns = (rows[0] ?? []).map((_, at) => ({ name: String(at + 1), unit: y.unit }));
          return <Numbers label={chosen} table={{ columns, rows }} />;
        }}
      </Async>
    </div>
  );
}
