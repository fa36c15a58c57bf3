import { Download } from 'lucide-react';
import { save } from '@/shared/api/files';
import { Button } from '@/shared/ui/Button';
import { Async } from '@/shared/ui/states';
import { useNode } from './load';
import { csvOf } from './plot';
import { Section } from './Section';
import { Summary } from './Summary';

const DIRECTIONS = ['xx', 'yy', 'zz', 'yz', 'xz', 'xy'];

/** The elastic tensor in Voigt's notation, and the moduli that follow from it. */
export default function ElasticResults({ outputs }: { outputs: Record<string, string> }) {
  const elastic = useNode(outputs.elastic ?? '');
  return (
    <Async query={elastic}>
      {({ attributes }) => (
        <>
          <Section title="Elastic constants">
            <Tensor rows={(attributes.C_GPa ?? []) as number[][]} />
          </Section>
          <Section title="Moduli">
            <Moduli attributes={attributes} />
          </Section>
        </>
      )}
    </Async>
  );
}

/** Some moduli are given after Voigt, Reuss and Hill: each of these is a row of its own. */
function Moduli({ attributes }: { attributes: Record<string, unknown> }) {
  const flat = Object.entries(attributes).flatMap(([key, value]): [string, unknown][] => {
    if (/^C\d\d$/.test(key)) return [[`${key}_GPa`, value]];
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return [[key, value]];
    const [, name = key, unit = ''] = /^(.*?)(_GPa)?$/.exec(key) ?? [];
    return Object.entries(value).map(([scheme, number]) => [
      `${name}, ${scheme.charAt(0).toUpperCase()}${scheme.slice(1)}${unit}`,
      number,
    ]);
  });
  return <Summary label="Moduli" attributes={Object.fromEntries(flat)} leftOut={['C_GPa', 'stress_GPa']} />;
}

function Tensor({ rows }: { rows: number[][] }) {
  const largest = Math.max(...rows.flat().map(Math.abs));
  const table = {
    columns: [{ name: 'row', unit: '' }, ...DIRECTIONS.map((name) => ({ name, unit: 'GPa' }))],
    rows: rows.map((row, at) => [at + 1, ...row]),
  };
  return (
    <>
      <div className="mb-2 flex items-center justify-between gap-2 text-sm text-muted">
        <span>C in GPa, Voigt’s order, in the frame of the structure</span>
        <Button
          size="s"
          kind="quiet"
          icon={Download}
          onClick={() => save(csvOf(table), 'elastic-tensor.csv')}
        >
          CSV
        </Button>
      </div>
      <div className="overflow-x-auto">
        <table aria-label="Elastic tensor (GPa)" className="w-full text-sm tabular">
          <thead>
            <tr className="text-xs text-muted">
              <td />
              {DIRECTIONS.map((name) => (
                <th key={name} scope="col" className="px-2 py-1 text-right font-medium">
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map((row, at) => (
              <tr key={DIRECTIONS[at]} className="border-t border-line">
                <th scope="row" className="py-1.5 pr-2 text-left text-xs font-medium text-muted">
                  {DIRECTIONS[at]}
                </th>
                {row.map((value, column) => {
                  // What is nothing but noise is told as such.
                  const isNothing = Math.abs(value) < 1e-3 * largest;
                  return (
                    <td
                      key={column}
                      title={`${value} GPa`}
                      className={`px-2 py-1.5 text-right ${isNothing ? 'text-muted' : ''}`}
                    >
                      {isNothing ? '0' : value.toFixed(1).replace('-', '−')}
                    </td>
                  );
                })}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </>
  );
}
