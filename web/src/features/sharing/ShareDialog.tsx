import { Dialog } from '@/shared/ui/Dialog';
import { NewShareForm } from './NewShareForm';
import { PresentShares } from './PresentShares';
import type { Root } from './shares';

/** Share a material, a group or a node: with whom, and what they may do. */
export default function ShareDialog({
  root,
  name,
  onClose,
}: {
  root: Root;
  name: string;
  onClose: () => void;
}) {
  return (
    <Dialog
      open
      onOpenChange={(open) => open || onClose()}
      title="Share"
      description={
        <span dir="auto" title={name} className="line-clamp-2 wrap-anywhere">
          {name}
        </span>
      }
    >
      <NewShareForm root={root} />
      <PresentShares root={root} />
    </Dialog>
  );
}
