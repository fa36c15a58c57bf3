import Dispersion from './Dispersion';

/** Bands of electrons or phonons, as they are stored. */
export default function BandsView({
  uuid,
  attributes,
}: {
  uuid: string;
  attributes: Record<string, unknown>;
}) {
  const unit = typeof attributes.units === 'string' ? attributes.units : '';
  const name = unit === 'THz' ? 'frequency' : 'energy';
  return <Dispersion bands={uuid} levels={{ title: 'Bands', name, unit }} />;
}
