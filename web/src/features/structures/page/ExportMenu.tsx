import { Download } from 'lucide-react';
import { client } from '@/shared/api/client';
import { messageOf } from '@/shared/api/errors';
import { Button } from '@/shared/ui/Button';
import { Menu } from '@/shared/ui/Menu';
import { useToast } from '@/shared/ui/Toast';

const FORMATS = {
  cif: { label: 'CIF', ending: 'cif' },
  poscar: { label: 'POSCAR (VASP)', ending: 'vasp' },
  xyz: { label: 'Extended XYZ', ending: 'xyz' },
  json: { label: 'JSON', ending: 'json' },
} as const;
type Format = keyof typeof FORMATS;

/** A structure as a file. */
export function ExportMenu({ uuid, name }: { uuid: string; name: string }) {
  const toast = useToast();
  const take = async (format: Format) => {
    try {
      const { data } = await client.GET('/api/structures/{structure_uuid}/export', {
        params: { path: { structure_uuid: uuid }, query: { format } },
        parseAs: 'blob',
      });
      if (data) download(data, `${name}-${uuid.slice(0, 8)}.${FORMATS[format].ending}`);
    } catch (error) {
      toast({ title: `No ${FORMATS[format].label} was made`, detail: messageOf(error), kind: 'bad' });
    }
  };
  return (
    <Menu
      trigger={<Button icon={Download}>Export</Button>}
      items={(Object.keys(FORMATS) as Format[]).map((format) => ({
        label: FORMATS[format].label,
        onSelect: () => void take(format),
      }))}
    />
  );
}

function download(content: Blob, name: string): void {
  const address = URL.createObjectURL(content);
  const link = document.createElement('a');
  link.href = address;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}
