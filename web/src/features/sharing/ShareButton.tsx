import { Share2 } from 'lucide-react';
import { useState } from 'react';
import { Button } from '@/shared/ui/Button';
import { lazyViewer } from '@/shared/ui/lazyViewer';
import type { Root } from './shares';

const ShareDialog = lazyViewer(() => import('./ShareDialog'), 'h-0');

/** `<ShareButton root={{ kind: 'group', id: group.uuid }} name={group.name} />`: for what one owns. */
export function ShareButton({ root, name, size }: { root: Root; name: string; size?: 's' | 'm' }) {
  const [isOpen, setOpen] = useState(false);
  return (
    <>
      <Button icon={Share2} size={size} onClick={() => setOpen(true)}>
        Share
      </Button>
      {isOpen && <ShareDialog root={root} name={name} onClose={() => setOpen(false)} />}
    </>
  );
}
