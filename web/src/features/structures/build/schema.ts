/** The JSON Schema of a builder's parameters, as far as a form needs it. */

export type Property = {
  type?: string;
  title?: string;
  description?: string;
  unit?: string;
  default?: unknown;
  examples?: unknown[];
  enum?: string[];
  anyOf?: Property[];
  items?: Property;
  additionalProperties?: Property | boolean;
  minimum?: number;
  exclusiveMinimum?: number;
  maximum?: number;
  exclusiveMaximum?: number;
  minItems?: number;
  maxItems?: number;
};
export type Schema = { properties: Record<string, Property>; required?: string[] };
export type Values = Record<string, unknown>;

/** A property whose `null` has been taken apart. */
export function plain(property: Property): Property & { isOptional: boolean } {
  const choices = property.anyOf?.filter((one) => one.type !== 'null');
  const isOptional = property.anyOf !== undefined && choices?.length !== property.anyOf.length;
  return { ...property, ...(choices?.[0] ?? {}), isOptional };
}

/** What a form begins with: defaults, and an example of what has none. */
export function firstValues({ properties }: Schema): Values {
  return Object.fromEntries(
    Object.entries(properties).map(([key, property]) => [
      key,
      property.default ?? property.examples?.[0] ?? null,
    ]),
  );
}

/** What is sent: all that was filled in. */
export function given(values: Values): Values {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== null && value !== ''));
}

/** `surface_energies` is `Surface energies`; `a`, `n` and `m` are symbols and stay as they are. */
export function labelOf(key: string): string {
  if (key.length === 1) return key;
  const words = key.replaceAll('_', ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** The help of a property with its bounds. */
export function helpOf(property: Property): string {
  const { minimum, exclusiveMinimum, maximum, exclusiveMaximum } = property;
  const low =
    minimum !== undefined
      ? `from ${minimum}`
      : exclusiveMinimum !== undefined
        ? `above ${exclusiveMinimum}`
        : '';
  const high =
    maximum !== undefined
      ? `to ${maximum}`
      : exclusiveMaximum !== undefined
        ? `below ${exclusiveMaximum}`
        : '';
  const help = property.description ?? '';
  const bounds = [low, high].filter(Boolean).join(' ');
  return help.charAt(0).toUpperCase() + help.slice(1) + (bounds ? ` (${bounds})` : '');
}

/** What the API says is wrong, by parameter: `bond: expected …; n: …`. The rest stands under ''. */
export function wrongFields(detail: string, schema: Schema): Record<string, string> {
  const found: Record<string, string> = {};
  for (const part of detail.split('; ')) {
    const key = /^(\w+)(\.[\w.]+)?: /.exec(part)?.[1] ?? '';
    const name = key in schema.properties ? key : '';
    const text = name ? part.slice(part.indexOf(': ') + 2) : part;
    found[name] = found[name] === undefined ? text : `${found[name]}; ${text}`;
  }
  return found;
}
