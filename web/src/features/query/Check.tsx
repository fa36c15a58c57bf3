import { CircleAlert, CircleCheck, Gauge } from 'lucide-react';
import type { components } from '@/shared/api/schema';
import { Button } from '@/shared/ui/Button';
import { suggestions } from './meant';

type Explanation = components['schemas']['Explanation'];

/** What the API says of a query before it is run: what is wrong with it, or what it will cost. */
export function Check({
  problem,
  explanation,
  onUse,
}: {
  problem: string | null;
  explanation: Explanation | undefined;
  onUse: (word: string) => void;
}) {
  if (problem !== null)
    return (
      <div role="alert" className="flex items-start gap-2 text-sm">
        <CircleAlert aria-hidden size={16} className="mt-0.5 shrink-0 text-bad" />
        <div className="min-w-0 wrap-anywhere">
          {problem}
          <div className="mt-1.5 flex flex-wrap gap-2 empty:hidden">
            {suggestions(problem).map((word) => (
              <Button key={word} size="s" onClick={() => onUse(word)}>
                Use {word}
              </Button>
            ))}
          </div>
        </div>
      </div>
    );
  if (!explanation) return <p className="text-sm text-muted">Checking…</p>;
  const Icon = explanation.starts === 'hits' ? CircleCheck : Gauge;
  return (
    <div className="flex items-start gap-2 text-sm">
      <Icon aria-hidden size={16} className="mt-0.5 shrink-0 text-muted" />
      <div className="min-w-0">
        <p>
          <span className="text-muted">A page costs </span>
          {explanation.cost}.
        </p>
        <ul className="mt-1 flex flex-col gap-0.5 text-xs text-muted empty:hidden">
          {explanation.notes.map((note) => (
            <li key={note} className="wrap-anywhere">
              {note}
            </li>
          ))}
        </ul>
        {explanation.steps.length > 0 && (
          <details className="mt-1 text-xs text-muted">
            <summary className="w-fit rounded hover:text-text">Steps of the database</summary>
            <ol className="mt-1 list-decimal pl-5 font-mono">
              {explanation.steps.map((step, index) => (
                <li key={index} className="wrap-anywhere">
                  {step}
                </li>
              ))}
            </ol>
          </details>
        )}
      </div>
    </div>
  );
}
