import { Share2 } from 'lucide-react';
import { useState } from 'react';
import { Button, IconButton } from '@/shared/ui/Button';
import { lazyViewer } from '@/shared/ui/lazyViewer';
import type { Root } from './shares';

const ShareDialog = lazyViewer(() => import('./ShareDialog'), 'h-0');

/** `<ShareButton root={{ kind: 'group', id: group.uuid }} name={group.name} />`: for what one owns. */
export function ShareButton({
  root,
  name,
  compact = false,
}: {
  root: Root;
  name: string;
  compact?: boolean;
}) {
  const [isOpen, setOpen] = useState(false);
  return (
    <>
      {compact ? (
        <IconButton label="Share" icon={Share2} size="s" onClick={() => setOpen(true)} />
      ) : (
        <Button icon={Share2} onClick={() => setOpen(true)}>
          Share
        </Button>
      )}
      {isOpen && <ShareDialog root={root} name={name} onClose={() => setOpen(false)} />}
    </>
  );
}
