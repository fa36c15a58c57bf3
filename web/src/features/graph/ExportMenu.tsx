import { Download } from 'lucide-react';
import { useState } from 'react';
import { send } from '@/shared/api/client';
import { addressOf } from '@/shared/api/list';
import { errorOf, messageOf } from '@/shared/api/errors';
import { save } from '@/shared/api/files';
import { Button } from '@/shared/ui/Button';
import { Menu } from '@/shared/ui/Menu';
import { useToast } from '@/shared/ui/Toast';
import { PAGE, type View } from './useGraph';

const FORMS = [
  { label: 'Picture (SVG)', format: 'svg', ending: 'svg', fold: true },
  { label: 'Picture, workflows unfolded (SVG)', format: 'svg', ending: 'svg', fold: false },
  { label: 'Mermaid', format: 'mermaid', ending: 'mmd', fold: true },
  { label: 'W3C PROV-JSON', format: 'prov', ending: 'json', fold: false },
] as const;
type Form = (typeof FORMS)[number];

/** Take the graph along, in the direction and depth that are shown. */
export function ExportMenu({ uuid, view }: { uuid: string; view: View }) {
  const toast = useToast();
  const [isBusy, setBusy] = useState(false);
  const take = async ({ format, ending, fold }: Form) => {
    setBusy(true);
    try {
      const params = { path: { uuid }, query: { ...view, format, fold, limit: PAGE } };
      const answer = await send(new Request(addressOf('/api/nodes/{uuid}/graph', params, null)));
      if (!answer.ok) throw await errorOf(answer);
      save(await answer.blob(), `provenance-${uuid.slice(0, 8)}.${ending}`);
      if (answer.headers.has('X-Next-Page'))
        toast({ title: 'A part was saved', detail: `The file has the ${PAGE} nearest nodes of this depth.` });
    } catch (error) {
      toast({ title: 'Not exported', detail: messageOf(error), kind: 'bad' });
    } finally {
      setBusy(false);
    }
  };
  return (
    <Menu
      trigger={
        <Button icon={Download} busy={isBusy}>
          Export
        </Button>
      }
      items={FORMS.map((form) => ({ label: form.label, onSelect: () => void take(form) }))}
    />
  );
}
