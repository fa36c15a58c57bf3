import type { components } from '@/shared/api/schema';
import { Button } from '@/shared/ui/Button';
import type { Field } from './content';
import { textOf } from './changes';

/** What a newer revision has in a field, and a button that takes it instead of one's own. */
export function Theirs({
  field,
  material,
  onTake,
}: {
  field: Field;
  material: components['schemas']['Material'];
  onTake: () => void;
}) {
  return (
    <div className="-mt-2 flex items-start gap-3 rounded-md border border-line bg-sunken px-3 py-2">
      <div className="min-w-0 grow text-sm">
        <p className="text-xs text-muted">
          {field} in revision {material.revision}
        </p>
        <p dir="auto" className="max-h-40 overflow-y-auto wrap-anywhere whitespace-pre-wrap">
          {textOf(material[field]) || '(empty)'}
        </p>
      </div>
      <Button size="s" onClick={onTake}>
        Take this
      </Button>
    </div>
  );
}
