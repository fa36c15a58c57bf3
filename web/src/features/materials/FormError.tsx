import { fieldErrors } from '@/shared/api/errors';
import { ErrorPanel } from '@/shared/ui/states';

/** What was wrong with a form, unless one of its fields says so. */
export function FormError({ error, fields }: { error: unknown; fields: string[] }) {
  const places = Object.keys(fieldErrors(error)).map((place) => place.split('.')[0] ?? '');
  if (!error || places.some((place) => fields.includes(place))) return null;
  return <ErrorPanel error={error} title="Not saved" />;
}
