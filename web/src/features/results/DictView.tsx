import { CodeBlock } from '@/shared/ui/copy';
import { factsOf, quantitiesOf } from './quantity';
import { Summary } from './Summary';

/** A dictionary: its numbers with units, and the whole of it as JSON. */
export default function DictView({ attributes }: { attributes: Record<string, unknown> }) {
  const hasTable = quantitiesOf(attributes).length + factsOf(attributes).length > 0;
  return (
    <div className="flex flex-col gap-4">
      {hasTable && <Summary label="Values" attributes={attributes} />}
      <CodeBlock label="JSON" code={JSON.stringify(attributes, null, 2)} />
    </div>
  );
}
