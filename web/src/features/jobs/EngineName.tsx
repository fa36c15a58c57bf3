import { FlaskConical } from 'lucide-react';
import { useEngines } from './job';

/** An engine by its name for people; one that is for testing says so. */
export function EngineName({ engine }: { engine: string | null }) {
  const engines = useEngines();
  if (engine === null) return <span className="text-muted">–</span>;
  const found = engines.data?.find((one) => one.name === engine);
  if (found?.scale !== 'testing') return <span title={found?.label}>{found?.label ?? engine}</span>;
  return (
    <span
      title="Numbers of this engine are of no real material"
      className="inline-flex items-center gap-1 rounded-full bg-wait-soft px-2 py-px text-xs font-medium text-wait"
    >
      <FlaskConical aria-hidden size={12} />
      {engine}
    </span>
  );
}
