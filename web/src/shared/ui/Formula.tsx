import { Fragment } from 'react';

const FORMULA = /^([A-Z][a-z]?|[()[\]]|\d+(\.\d+)?)+$/;

/** The parts of a formula, numbers apart: `SiO2` → `['SiO', '2']`; null when it is none. */
export function formulaParts(text: string): string[] | null {
  return FORMULA.test(text) ? text.split(/(\d+(?:\.\d+)?)/).filter(Boolean) : null;
}

/** `<Formula>SiO2</Formula>`: numbers as subscripts; what is no formula stays as it is. */
export function Formula({ children }: { children: string }) {
  const parts = formulaParts(children);
  if (parts === null) return <bdi>{children}</bdi>;
  return (
    <span className="whitespace-nowrap">
      {parts.map((part, index) => (
        <Fragment key={index}>
          {/^\d/.test(part) ? <sub className="text-[0.72em] leading-none">{part}</sub> : part}
        </Fragment>
      ))}
    </span>
  );
}
