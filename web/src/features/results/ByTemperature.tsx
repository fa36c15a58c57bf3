import { Numbers } from './Numbers';
import { Section } from './Section';

type Several = { value: number[]; unit: string };

/** Quantities that have a value for each temperature, as a table; nothing when there are none. */
export function ByTemperature({ attributes }: { attributes: Record<string, unknown> }) {
  const quantities = (attributes.quantities ?? {}) as Record<string, unknown>;
  const temperatures = quantities.temperature;
  if (!isSeveral(temperatures)) return null;
  const others = Object.entries(quantities).filter(
    (entry): entry is [string, Several] =>
      entry[0] !== 'temperature' &&
      // each has a column of its own, with all that is uncertain in it
      !entry[0].endsWith('_standard_error') &&
      isSeveral(entry[1]) &&
      entry[1].value.length === temperatures.value.length,
  );
  return (
    <Section title="By temperature">
      <Numbers
        label="By temperature"
        table={{
          columns: [
            { name: 'temperature', unit: temperatures.unit },
            ...others.map(([name, { unit }]) => ({ name: name.replaceAll('_', ' '), unit })),
          ],
          rows: temperatures.value.map((temperature, at) => [
            temperature,
            ...others.map(([, { value }]) => value[at] ?? null),
          ]),
        }}
      />
    </Section>
  );
}

function isSeveral(quantity: unknown): quantity is Several {
  const value = (quantity as { value?: unknown } | undefined)?.value;
  return Array.isArray(value) && value.every((one) => typeof one === 'number');
}
