import { Figure } from '@/features/results/Figure';
import { type Comparison } from '../learning';
import { errorCurve } from './verdict';

/** How the errors of models are spread: which part of the rows has how large an error. */
export function Errors({ comparison }: { comparison: Comparison }) {
  const { models, target, dataset } = comparison;
  return (
    <Figure
      height={300}
      plot={{
        title: 'Errors from the smallest to the largest',
        note: 'lower is better',
        x: { name: 'part of the rows', unit: '%' },
        y: { name: '|error|', unit: dataset.unit },
        series: models.map((model) => errorCurve(model.name.slice(0, 40), model.mean, target)),
      }}
    />
  );
}
