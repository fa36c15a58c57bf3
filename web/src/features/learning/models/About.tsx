import { type Json, toText } from '@/features/jobs/submit/setting';
import { Card } from '@/shared/ui/Card';
import { CopyId } from '@/shared/ui/copy';
import { Link } from '@/shared/ui/Link';
import { Fact, Facts } from '../Fact';
import { inWords, type ModelDetail, percent, told } from '../learning';

/** Settings that are told above them. */
const TOLD = new Set(['task', 'model', 'pretrained']);

/** What a model is, what it has learnt from and with which settings. */
export function About({ model }: { model: ModelDetail }) {
  const { dataset, calibration } = model;
  const { parameters, ...settings } = model.settings as Record<string, Json>;
  const given = { ...(parameters as Record<string, Json> | undefined), ...settings };
  const all = Object.entries(given).filter(([name]) => !TOLD.has(name));
  return (
    <Card title="Model">
      <Facts>
        <Fact name="Kind">{model.kind}</Fact>
        <Fact name="Predicts">{inWords(model.target)}</Fact>
        <Fact name="Unit">{model.unit || 'none'}</Fact>
        <Fact name="Learnt from">
          {dataset === null ? (
            'a data set that you do not see'
          ) : (
            <>
              <Link href={`/ml/datasets/${dataset.uuid}`} dir="auto">
                {dataset.name}
              </Link>
              <span className="block text-xs text-muted">{`${dataset.count.toLocaleString('en')} structures`}</span>
            </>
          )}
        </Fact>
        {model.pretrained && <Fact name="Features of">{model.pretrained}</Fact>}
        {calibration && (
          <Fact name="Calibrated">
            {`× ${told(calibration.scale, '', 3)} for ${percent(calibration.coverage)}, on ${calibration.count.toLocaleString('en')} errors`}
          </Fact>
        )}
        <Fact name="SHA-256">
          <CopyId id={model.digest} />
        </Fact>
      </Facts>
      {all.length > 0 && (
        <details className="mt-3 border-t border-line pt-2.5" open>
          <summary className="text-sm font-medium text-muted hover:text-text">Settings</summary>
          <div className="mt-2">
            <Facts>
              {all.map(([name, value]) => (
                <Fact key={name} name={inWords(name)}>
                  {toText(value) || '–'}
                </Fact>
              ))}
            </Facts>
          </div>
        </details>
      )}
      {model.elements.length > 0 && (
        <p className="mt-3 border-t border-line pt-2.5 text-sm">
          <span className="block text-muted">{`${model.elements.length} elements in its data`}</span>
          <span className="wrap-anywhere">{model.elements.join(' ')}</span>
        </p>
      )}
    </Card>
  );
}
