import { factsOf, quantitiesOf, withUncertainty } from './quantity';

/** The numbers of a dictionary with units and uncertainties, and its words. */
export function Summary({
  label,
  attributes,
  leftOut = [],
}: {
  label: string;
  attributes: Record<string, unknown>;
  leftOut?: string[];
}) {
  const shown = Object.fromEntries(Object.entries(attributes).filter(([key]) => !leftOut.includes(key)));
  const quantities = quantitiesOf(shown);
  const facts = factsOf(shown);
  return (
    <div className="overflow-x-auto">
      <table aria-label={label} className="w-full text-sm">
        <tbody>
          {quantities.map((one) => (
            <tr key={one.name} className="border-b border-line last:border-0">
              <th scope="row" className="py-1.5 pr-4 text-left font-normal text-muted first-letter:uppercase">
                {one.name}
              </th>
              <td className="py-1.5 text-right whitespace-nowrap tabular" title={String(one.value)}>
                {withUncertainty(one.value, one.uncertainty)}
              </td>
              <td className="w-28 py-1.5 pl-2 whitespace-nowrap text-muted">
                {one.unit}
                {one.note && <span className="ml-2 text-xs text-wait">{one.note}</span>}
              </td>
            </tr>
          ))}
          {facts.map((one) => (
            <tr key={one.name} className="border-b border-line last:border-0">
              <th scope="row" className="py-1.5 pr-4 text-left font-normal text-muted first-letter:uppercase">
                {one.name}
              </th>
              <td dir="auto" className="py-1.5 text-right wrap-anywhere tabular">
                {one.text}
              </td>
              <td className="py-1.5 pl-2 whitespace-nowrap text-muted">{one.unit}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
