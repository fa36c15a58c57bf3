import { type Json, toText } from '@/features/jobs/submit/setting';
import { withUncertainty } from '@/features/results/quantity';
import { Card } from '@/shared/ui/Card';
import { Link } from '@/shared/ui/Link';
import { Fact, Facts } from '../Fact';
import { type DatasetDetail, inWords, kindOfProcess, told } from '../learning';

/** Settings that are told above them. */
const TOLD = new Set(['name', 'target', 'unit', 'forces']);

/** What a data set is, and where it is from. */
export function About({ dataset }: { dataset: DatasetDetail }) {
  const { spread, source, unit, elements } = dataset;
  return (
    <Card title="Data set">
      <Facts>
        <Fact name="Target">{inWords(dataset.target)}</Fact>
        <Fact name="Unit">{unit || 'none'}</Fact>
        <Fact name="Structures">{dataset.count.toLocaleString('en')}</Fact>
        <Fact name="Mean ± deviation">{withUncertainty(spread.mean, spread.standard_deviation)}</Fact>
        <Fact name="From">{told(spread.least, unit)}</Fact>
        <Fact name="To">{told(spread.greatest, unit)}</Fact>
        {dataset.derivatives.length > 0 && <Fact name="With">{dataset.derivatives.join(', ')}</Fact>}
        <Fact name="Left out">{dataset.left_out.toLocaleString('en')}</Fact>
        <Fact name="Owner">{dataset.owner}</Fact>
        {source.process && (
          <Fact name="Made by">
            <Link href={`/graph/${source.process}`}>{kindOfProcess(source.entry_point ?? 'a process')}</Link>
          </Fact>
        )}
        {source.filename && <Fact name="File">{source.filename}</Fact>}
        {Object.entries(source.settings as Record<string, Json>).map(([name, value]) => {
          const text = toText(value);
          return (
            text !== '' &&
            !TOLD.has(name) && (
              <Fact key={name} name={inWords(name)}>
                {text}
              </Fact>
            )
          );
        })}
      </Facts>
      {elements.length > 0 && (
        <p className="mt-3 border-t border-line pt-2.5 text-sm">
          <span className="block text-muted">{`${elements.length} elements`}</span>
          <span className="wrap-anywhere">{elements.join(' ')}</span>
        </p>
      )}
    </Card>
  );
}
