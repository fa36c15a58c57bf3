import { Card } from '@/shared/ui/Card';
import { type DatasetDetail, inWords } from '../learning';

/** The ways to split a data set for learning and testing. */
export function Splits({ splits }: { splits: DatasetDetail['splits'] }) {
  return (
    <Card title="Splits" flush>
      <ul aria-label="Splits">
        {splits.map((split) => {
          const all = split.parts.reduce((sum, part) => sum + part.count, 0);
          return (
            <li key={split.name} className="border-b border-line px-4 py-3 text-sm last:border-0">
              <p className="font-medium">{inWords(split.name)}</p>
              <div aria-hidden className="mt-2 flex h-2 gap-0.5 overflow-hidden rounded-full">
                {split.parts.map((part) => (
                  <span
                    key={part.name}
                    className="bg-accent odd:opacity-60"
                    style={{ flexGrow: part.count, flexBasis: 0 }}
                  />
                ))}
              </div>
              <p className="mt-1.5 text-xs text-muted tabular">
                {split.parts
                  .slice(0, 12)
                  .map((part) => `${part.name}: ${part.count.toLocaleString('en')}`)
                  .join(' · ')}
                {split.parts.length > 12 && ` · ${split.parts.length - 12} more`}
                {` (${all.toLocaleString('en')} in all)`}
              </p>
            </li>
          );
        })}
      </ul>
    </Card>
  );
}
