import { Hammer } from 'lucide-react';
import { Button } from '@/shared/ui/Button';
import { Menu } from '@/shared/ui/Menu';
import { builderLabel, FROM_STRUCTURE } from '../build/builders';
import type { Structure } from '../structure';

/** What can be built from a structure. */
export function BuildMenu({ structure }: { structure: Structure }) {
  const isCrystal = structure.pbc.every(Boolean);
  return (
    <Menu
      trigger={<Button icon={Hammer}>Build from it</Button>}
      items={FROM_STRUCTURE.filter((name) => name !== 'slab' || isCrystal).map((name) => ({
        label: builderLabel(name),
        href: `/structures/build?builder=${name}&structure=${structure.uuid}`,
      }))}
    />
  );
}
