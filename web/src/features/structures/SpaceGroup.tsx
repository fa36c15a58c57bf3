import { Fragment } from 'react';

/** `<SpaceGroup>P3_221 (154)</SpaceGroup>`: screw axes as subscripts, inversions with a bar, as they are printed. */
export function SpaceGroup({ children }: { children: string }) {
  const [symbol = '', ...number] = children.split(' ');
  return (
    <span title={children} className="whitespace-nowrap">
      <em>
        {symbol.split(/(_\d|-\d)/).map((part, index) => (
          <Fragment key={index}>
            {part.startsWith('_') ? (
              <sub className="text-[0.72em] leading-none">{part.slice(1)}</sub>
            ) : /^-\d$/.test(part) ? (
              <>
                <span className="sr-only">-</span>
                <span className="overline">{part.slice(1)}</span>
              </>
            ) : (
              part
            )}
          </Fragment>
        ))}
      </em>
      {number.length > 0 && ` ${number.join(' ')}`}
    </span>
  );
}
