import { type ModelDetail, percent, told } from '../learning';

/** Errors of what models of energies predict beside them, by the names of their metrics. */
const DERIVATIVES = [
  { key: 'force_mae', name: 'Mean absolute error of forces', unit: 'eV/Å' },
  { key: 'stress_mae', name: 'Mean absolute error of stresses', unit: 'GPa' },
];

/** How good a model is on rows that it had not seen. */
export function Metrics({ model }: { model: ModelDetail }) {
  const { mae, rmse, r2, coverage, unit, calibration } = model;
  const figures: { name: string; value: string; note?: string }[] = [
    { name: 'Mean absolute error', value: told(mae, unit) },
    { name: 'Root mean square error', value: told(rmse, unit) },
    { name: 'R²', value: told(r2) },
    {
      name: 'Targets in their intervals',
      value: percent(coverage),
      note: calibration === null ? 'not calibrated' : `${percent(calibration.coverage)} promised`,
    },
    ...DERIVATIVES.flatMap(({ key, name, unit: its }) => {
      const error = model.metrics[key];
      return error === undefined ? [] : [{ name, value: told(error, its) }];
    }),
  ];
  return (
    <dl
      aria-label="On rows that it had not seen"
      className="grid grid-cols-2 gap-px overflow-hidden rounded-lg border border-line bg-line shadow-card lg:grid-cols-4"
    >
      {figures.map(({ name, value, note }) => (
        <div key={name} className="flex flex-col bg-surface px-4 py-3">
          <dt className="text-xs text-muted">{name}</dt>
          <dd className="text-lg font-semibold tabular">
            {value}
            {note !== undefined && <span className="ml-2 text-xs font-normal text-muted">{note}</span>}
          </dd>
        </div>
      ))}
    </dl>
  );
}
