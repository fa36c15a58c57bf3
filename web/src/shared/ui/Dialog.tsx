import dynamic from 'next/dynamic';
import { useState } from 'react';
import type { DialogProps } from './DialogWindow';

// No page shows a dialog at first, so none waits for its code.
const DialogWindow = dynamic(() => import('./DialogWindow').then((loaded) => loaded.DialogWindow), {
  ssr: false,
});

/** `<Dialog open={open} onOpenChange={setOpen} title="Share" footer={<Button …/>}>…</Dialog>` */
export function Dialog(props: DialogProps) {
  const [wasOpen, setWasOpen] = useState(props.open);
  if (props.open && !wasOpen) setWasOpen(true);
  return wasOpen ? <DialogWindow {...props} /> : null;
}
