import { format, withUncertainty } from '@/features/results/quantity';
import { classes } from '@/shared/ui/classes';
import { Link } from '@/shared/ui/Link';
import { type Comparison, percent, told } from '../learning';
import { StageBadge } from '../StageBadge';
import { verdictOf } from './verdict';

const VERDICTS = {
  better: { word: 'better', look: 'text-ok' },
  worse: { word: 'worse', look: 'text-bad' },
  same: { word: 'no difference seen', look: 'text-muted' },
};

/** Figures of models below each other, and how far each is from the first. */
export function ComparisonTable({ comparison }: { comparison: Comparison }) {
  const { models, dataset } = comparison;
  const least = Math.min(...models.map((model) => model.mae ?? Infinity));
  return (
    <div
      // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what scrolls must be reached by keyboard
      tabIndex={0}
      role="region"
      aria-label="Errors of the models"
      className="overflow-x-auto"
    >
      <table aria-label="Models side by side" className="w-full min-w-3xl text-sm">
        <thead>
          <tr className="border-b border-line text-xs text-muted">
            {['Model', 'Kind', 'Stage'].map((name) => (
              <th key={name} scope="col" className="h-8 px-4 text-left font-medium">
                {name}
              </th>
            ))}
            {['Mean absolute error', 'Difference to the first', 'RMSE', 'R²', 'Covered'].map((name) => (
              <th key={name} scope="col" className="h-8 px-4 text-right font-medium">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody className="tabular">
          {models.map((model, at) => {
            const verdict = VERDICTS[verdictOf(model.difference, model.difference_error)];
            return (
              <tr key={model.uuid} className="border-b border-line last:border-0">
                <th
                  scope="row"
                  className="max-w-60 truncate px-4 py-2 text-left font-medium"
                  title={model.name}
                >
                  <Link href={`/ml/models/${model.uuid}`}>
                    <bdi>{model.name}</bdi>
                  </Link>
                </th>
                <td className="px-4">{model.kind}</td>
                <td className="px-4">
                  <StageBadge stage={model.stage} />
                </td>
                <td
                  className={classes(
                    'px-4 text-right whitespace-nowrap',
                    model.mae === least && 'font-semibold',
                  )}
                  title={model.mae === least ? 'the least' : undefined}
                >
                  {told(model.mae, dataset.unit)}
                </td>
                <td className="px-4 py-1 text-right whitespace-nowrap">
                  {at === 0 ? (
                    <span className="text-muted">–</span>
                  ) : (
                    <>
                      {model.difference_error > 0
                        ? withUncertainty(model.difference, model.difference_error)
                        : format(model.difference, 4)}
                      {dataset.unit && ` ${dataset.unit}`}
                      <span className={classes('block text-xs', verdict.look)}>{verdict.word}</span>
                    </>
                  )}
                </td>
                <td className="px-4 text-right whitespace-nowrap">{told(model.rmse, dataset.unit)}</td>
                <td className="px-4 text-right">{told(model.r2)}</td>
                <td className="px-4 text-right">{percent(model.coverage)}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
      <p className="border-t border-line px-4 py-2 text-xs text-muted">
        Differences are of the errors row by row, ± their standard error; what is less than two of these is
        none that is seen.
      </p>
    </div>
  );
}
