/** Numbers with their units, as results say them: `{ value, unit, uncertainty }`, or by names like `volume_A3`. */

export type Quantity = { name: string; value: number; unit: string; uncertainty?: number; note?: string };
export type Fact = { name: string; text: string; unit: string };

/** How names of results end, and which unit that is; the longest ending goes first. */
const ENDINGS: [string, string][] = [
  ['_eV_per_atom_ps', 'eV/(atom ps)'],
  ['_J_per_K_mol', 'J/(K mol)'],
  ['_eV_per_atom', 'eV/atom'],
  ['_mol_per_m2_s', 'mol/(m² s)'],
  ['_mol_per_m3', 'mol/m³'],
  ['_kg_per_m3', 'kg/m³'],
  ['_J_per_m3', 'J/m³'],
  ['_W_per_m_K', 'W/(m K)'],
  ['_W_per_m2', 'W/m²'],
  ['_m2_per_s', 'm²/s'],
  ['_m_per_s', 'm/s'],
  ['_per_eV', '1/eV'],
  ['_per_ns', '1/ns'],
  ['_per_K', '1/K'],
  ['_per_A', '1/Å'],
  ['_THz', 'THz'],
  ['_GPa', 'GPa'],
  ['_eV', 'eV'],
  ['_A3', 'Å³'],
  ['_A2', 'Å²'],
  ['_fs', 'fs'],
  ['_ps', 'ps'],
  ['_m2', 'm²'],
  ['_Pa', 'Pa'],
  ['_A', 'Å'],
  ['_K', 'K'],
  ['_J', 'J'],
  ['_N', 'N'],
  ['_W', 'W'],
  ['_m', 'm'],
  ['_s', 's'],
];

/** Names that say little to people. */
const NAMES: Record<string, string> = {
  a0: 'a₀ of the cubic cell',
  n_atoms: 'atoms',
  n_bands: 'bands',
  n_electrons: 'electrons',
  n_displacements: 'displacements',
  is_metal: 'metal',
  dos_at_fermi: 'density of states at the Fermi level',
  valence_k: 'k-point of the valence band maximum',
  conduction_k: 'k-point of the conduction band minimum',
};

/** What a name says apart from its unit: `bulk_modulus_GPa` is `bulk modulus` in GPa. */
export function nameAndUnit(key: string): { name: string; unit: string } {
  const found = ENDINGS.find(([ending]) => key.endsWith(ending) && key.length > ending.length);
  const name = found ? key.slice(0, -found[0].length) : key;
  return { name: NAMES[name] ?? name.replaceAll('_', ' '), unit: found?.[1] ?? '' };
}

function isQuantity(value: unknown): value is { value: number; unit: string; uncertainty?: number | null } {
  return (
    typeof value === 'object' &&
    value !== null &&
    typeof (value as { value?: unknown }).value === 'number' &&
    'unit' in value
  );
}

/** The numbers of a dictionary with their units. */
export function quantitiesOf(attributes: Record<string, unknown>): Quantity[] {
  return Object.entries(attributes).flatMap(([key, value]): Quantity[] => {
    if (isQuantity(value)) {
      const note =
        (value as { converged?: boolean }).converged === false ? 'uncertainty not converged' : undefined;
      return [
        {
          name: key.replaceAll('_', ' '),
          value: value.value,
          unit: value.unit,
          uncertainty: value.uncertainty ?? undefined,
          note,
        },
      ];
    }
    if (key === 'quantities' && typeof value === 'object' && value !== null) {
      return quantitiesOf(value as Record<string, unknown>);
    }
    return typeof value === 'number' ? [{ ...nameAndUnit(key), value }] : [];
  });
}

/** The rest that is short: yes, no, words and short lists. */
export function factsOf(attributes: Record<string, unknown>): Fact[] {
  return Object.entries(attributes).flatMap(([key, value]): Fact[] => {
    const text = wordsOf(value);
    return text === '' ? [] : [{ ...nameAndUnit(key), text }];
  });
}

function wordsOf(value: unknown): string {
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (typeof value === 'string') return value;
  if (!Array.isArray(value)) return '';
  const words = value.map((one: unknown) => (typeof one === 'number' ? format(one, 5) : one));
  return words.every((one) => typeof one === 'string') ? words.join(', ') : '';
}

/** A number in as many digits as one reads. */
export function format(value: number, digits = 6): string {
  if (!Number.isFinite(value)) return String(value);
  if (value === 0) return '0';
  const size = Math.abs(value);
  if (Number.isInteger(value) && size < 1e9) return minus(String(value));
  if (size < 1e-3 || size >= 1e7) return scientific(value, Math.min(digits, 4) - 1);
  return minus(String(Number(value.toPrecision(digits))));
}

/** A number with its uncertainty, in the digits that the latter leaves: `300.8 ± 1.2`. */
export function withUncertainty(value: number, uncertainty: number | undefined): string {
  if (uncertainty === undefined || !(uncertainty > 0)) return format(value);
  const decimals = 1 - Math.floor(Math.log10(uncertainty));
  if (decimals > 6) {
    // Both by the same power of ten.
    const exponent = Math.floor(Math.log10(Math.max(Math.abs(value), uncertainty)));
    const places = Math.max(0, decimals + exponent);
    const shares = [value, uncertainty].map((one) => minus((one / 10 ** exponent).toFixed(places)));
    return `(${shares.join(' ± ')}) × ${power(exponent)}`;
  }
  const places = Math.max(0, decimals);
  return `${minus(value.toFixed(places))} ± ${uncertainty.toFixed(places)}`;
}

function scientific(value: number, decimals: number): string {
  const [mantissa = '', exponent = ''] = value.toExponential(decimals).split('e');
  return `${minus(mantissa)} × ${power(Number(exponent))}`;
}

/** A power of ten: `10⁻⁶`. */
export function power(exponent: number): string {
  const raised = String(exponent).replace(/./g, (sign) => '⁻⁰¹²³⁴⁵⁶⁷⁸⁹'['-0123456789'.indexOf(sign)] ?? '');
  return `10${raised}`;
}

function minus(text: string): string {
  return text.replaceAll('-', '−');
}
