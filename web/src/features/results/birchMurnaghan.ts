export type Eos = {
  volume_A3: number;
  energy_eV: number;
  bulk_modulus_GPa: number;
  bulk_modulus_derivative: number;
};

/** [eV/Å³] One gigapascal. */
const GPA = 1 / 160.21766208;

/** The energy [eV] at a volume [Å³], after Birch and Murnaghan (doi:10.1103/PhysRev.71.809). */
export function energyAt(eos: Eos, volume: number): number {
  const y = (eos.volume_A3 / volume) ** (2 / 3) - 1;
  const scale = (9 / 16) * eos.volume_A3 * eos.bulk_modulus_GPa * GPA;
  return eos.energy_eV + scale * (y ** 3 * eos.bulk_modulus_derivative + y ** 2 * (2 - 4 * y));
}

/** Evenly spaced numbers, both ends included. */
export function between(begin: number, end: number, count: number): number[] {
  return Array.from({ length: count }, (_, at) => begin + ((end - begin) * at) / (count - 1));
}
