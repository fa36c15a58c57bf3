import { useMutation } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { Button } from './Button';
import { Dialog } from './Dialog';
import { ErrorPanel } from './states';

/**
 * Ask before something that cannot be taken back; it stays open when that fails, and says why.
 *
 *     <Confirm open={…} onOpenChange={…} title="Revoke the token?" action="Revoke" run={() => client.DELETE(…)}>
 *       Programs that use it are refused from now on.
 *     </Confirm>
 */
export function Confirm({
  open,
  onOpenChange,
  title,
  action,
  run,
  children,
}: {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  title: string;
  action: string;
  run: () => Promise<unknown>;
  children: ReactNode;
}) {
  const doing = useMutation({ mutationFn: run, onSuccess: () => onOpenChange(false) });
  const change = (isOpen: boolean) => {
    doing.reset();
    onOpenChange(isOpen);
  };
  return (
    <Dialog
      open={open}
      onOpenChange={change}
      title={title}
      footer={
        <>
          <Button onClick={() => change(false)}>Cancel</Button>
          <Button kind="danger" busy={doing.isPending} onClick={() => doing.mutate()}>
            {action}
          </Button>
        </>
      }
    >
      <div className="text-sm wrap-anywhere text-muted">{children}</div>
      {doing.error && (
        <div className="mt-4 rounded-md bg-bad-soft">
          <ErrorPanel error={doing.error} />
        </div>
      )}
    </Dialog>
  );
}
