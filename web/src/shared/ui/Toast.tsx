import { CircleAlert, CircleCheck, X } from 'lucide-react';
import { createContext, type ReactNode, useCallback, useContext, useEffect, useState } from 'react';
import { Button, IconButton } from './Button';

type Told = {
  title: string;
  detail?: ReactNode;
  kind?: 'ok' | 'bad';
  /** What can be done about it, as `Undo`; the notice is then gone. */
  action?: { label: string; onSelect: () => void };
};
const ToastContext = createContext<(told: Told) => void>(() => undefined);
/** [ms] */
const SHOWN_FOR = 6_000;
const MOST = 4;

/** `const toast = useToast(); toast({ title: 'Saved' })`: of what was done; errors stay where they happened. */
export function useToast(): (told: Told) => void {
  return useContext(ToastContext);
}

export function ToastProvider({ children }: { children: ReactNode }) {
  const [shown, setShown] = useState<(Told & { id: number })[]>([]);
  const tell = useCallback(
    (told: Told) => setShown((before) => [...before.slice(1 - MOST), { ...told, id: Math.random() }]),
    [],
  );
  const remove = useCallback((id: number) => setShown((before) => before.filter((one) => one.id !== id)), []);
  return (
    <ToastContext value={tell}>
      {children}
      <div
        role="status"
        aria-label="Notices"
        className="pointer-events-none fixed right-4 bottom-20 z-50 flex w-[min(24rem,calc(100vw-2rem))] flex-col gap-2 md:bottom-4"
      >
        {shown.map((told) => (
          <Toast key={told.id} {...told} onEnd={() => remove(told.id)} />
        ))}
      </div>
    </ToastContext>
  );
}

function Toast({ title, detail, kind = 'ok', action, onEnd }: Told & { onEnd: () => void }) {
  const act = () => {
    onEnd();
    action?.onSelect();
  };
  const [isHeld, setHeld] = useState(false);
  useEffect(() => {
    if (isHeld) return;
    const timer = setTimeout(onEnd, SHOWN_FOR);
    return () => clearTimeout(timer);
  }, [isHeld, onEnd]);
  const Icon = kind === 'ok' ? CircleCheck : CircleAlert;
  return (
    <div
      onPointerEnter={() => setHeld(true)}
      onPointerLeave={() => setHeld(false)}
      onFocus={() => setHeld(true)}
      onBlur={() => setHeld(false)}
      className="pointer-events-auto flex animate-appear items-start gap-3 rounded-lg border border-line bg-raised p-3 shadow-raised"
    >
      <Icon
        aria-hidden
        size={18}
        className={kind === 'ok' ? 'mt-px shrink-0 text-ok' : 'mt-px shrink-0 text-bad'}
      />
      <div className="min-w-0 grow text-sm wrap-anywhere">
        <p className="font-medium">{title}</p>
        {detail !== undefined && <p className="text-muted">{detail}</p>}
      </div>
      {action && (
        <Button size="s" onClick={act}>
          {action.label}
        </Button>
      )}
      <IconButton label="Close" icon={X} size="s" onClick={onEnd} />
    </div>
  );
}
