import { Checkbox, Field, Input, NumberWithUnit, Select } from '@/shared/ui/Field';
import { NamedNumbers, NumberList, NumberRow } from './NumberFields';
import { helpOf, labelOf, plain, type Property } from './schema';

/** One parameter, by its JSON Schema: label, help, unit and bounds. */
export function ParameterField({
  name,
  property,
  value,
  error,
  onChange,
}: {
  name: string;
  property: Property;
  value: unknown;
  error: string | undefined;
  onChange: (value: unknown) => void;
}) {
  const schema = plain(property);
  if (schema.type === 'boolean') {
    return (
      <Checkbox checked={value === true} onChange={onChange}>
        {helpOf(schema)}
      </Checkbox>
    );
  }
  return (
    <Field label={labelOf(name)} hint={helpOf(schema)} error={error} optional={schema.isOptional}>
      <Control name={name} schema={schema} value={value} onChange={onChange} />
    </Field>
  );
}

function Control({
  name,
  schema,
  value,
  onChange,
}: {
  name: string;
  schema: ReturnType<typeof plain>;
  value: unknown;
  onChange: (value: unknown) => void;
}) {
  if (schema.enum) {
    return (
      <Select value={text(value)} onChange={(event) => onChange(event.target.value || null)}>
        {schema.isOptional && <option value="">by default</option>}
        {schema.enum.map((one) => (
          <option key={one}>{one}</option>
        ))}
      </Select>
    );
  }
  if (schema.type === 'number' || schema.type === 'integer') {
    return (
      <NumberWithUnit
        unit={schema.unit ?? ''}
        value={typeof value === 'number' ? value : null}
        min={schema.minimum ?? schema.exclusiveMinimum}
        max={schema.maximum ?? schema.exclusiveMaximum}
        step={schema.type === 'integer' ? 1 : 'any'}
        onChange={onChange}
      />
    );
  }
  if (schema.type === 'array') {
    const isFixed = schema.minItems !== undefined && schema.minItems === schema.maxItems;
    const Numbers = isFixed ? NumberRow : NumberList;
    return (
      <Numbers
        label={labelOf(name)}
        value={numbers(value)}
        onChange={onChange}
        count={schema.minItems ?? 0}
      />
    );
  }
  if (schema.type === 'object') {
    const named = typeof value === 'object' && value !== null ? (value as Record<string, number>) : {};
    return <NamedNumbers label={labelOf(name)} unit={schema.unit ?? ''} value={named} onChange={onChange} />;
  }
  return <Input value={text(value)} maxLength={200} onChange={(event) => onChange(event.target.value)} />;
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function numbers(value: unknown): (number | null)[] {
  return Array.isArray(value) ? value.map((one) => (typeof one === 'number' ? one : null)) : [];
}
