/** The periodic table: rows of the form in which it is printed; `.` is a gap, the last two rows are f elements. */
const ROWS = [
  'H . . . . . . . . . . . . . . . . He',
  'Li Be . . . . . . . . . . B C N O F Ne',
  'Na Mg . . . . . . . . . . Al Si P S Cl Ar',
  'K Ca Sc Ti V Cr Mn Fe Co Ni Cu Zn Ga Ge As Se Br Kr',
  'Rb Sr Y Zr Nb Mo Tc Ru Rh Pd Ag Cd In Sn Sb Te I Xe',
  'Cs Ba . Hf Ta W Re Os Ir Pt Au Hg Tl Pb Bi Po At Rn',
  'Fr Ra . Rf Db Sg Bh Hs Mt Ds Rg Cn Nh Fl Mc Lv Ts Og',
  '. . La Ce Pr Nd Pm Sm Eu Gd Tb Dy Ho Er Tm Yb Lu .',
  '. . Ac Th Pa U Np Pu Am Cm Bk Cf Es Fm Md No Lr .',
];

export type Element = { symbol: string; row: number; column: number };

export const ELEMENTS: Element[] = ROWS.flatMap((row, at) =>
  row
    .split(' ')
    .flatMap((symbol, column) => (symbol === '.' ? [] : [{ symbol, row: at + 1, column: column + 1 }])),
);

/** The element that an arrow key leads to from another: the nearest one in that direction. */
export function neighbour(from: Element, key: string): Element | undefined {
  const [down, right] = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }[
    key
  ] ?? [0, 0];
  const ahead = ELEMENTS.filter((one) =>
    right
      ? one.row === from.row && Math.sign(one.column - from.column) === right
      : one.column === from.column && Math.sign(one.row - from.row) === down,
  );
  const far = (one: Element) => Math.abs(one.row - from.row) + Math.abs(one.column - from.column);
  return ahead.reduce<Element | undefined>(
    (best, one) => (best === undefined || far(one) < far(best) ? one : best),
    undefined,
  );
}
