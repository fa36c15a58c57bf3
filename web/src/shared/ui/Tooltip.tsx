import { type ReactNode, useId, useLayoutEffect, useRef, useState } from 'react';
import { createPortal } from 'react-dom';

const DELAY = 350;
const GAP = 6;

/** `<Tooltip text="Copy"><button …/></Tooltip>`: for one focusable element, at hover and focus. */
export function Tooltip({ text, children }: { text: ReactNode; children: ReactNode }) {
  const id = useId();
  const around = useRef<HTMLSpanElement>(null);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const [place, setPlace] = useState<DOMRect | null>(null);
  const show = () => setPlace(around.current?.firstElementChild?.getBoundingClientRect() ?? null);
  const hide = () => {
    clearTimeout(timer.current);
    setPlace(null);
  };
  return (
    // eslint-disable-next-line jsx-a11y/no-static-element-interactions -- it only watches the element inside
    <span
      ref={around}
      className="contents"
      onPointerEnter={(event) => {
        if (event.pointerType === 'mouse') timer.current = setTimeout(show, DELAY);
      }}
      onPointerLeave={hide}
      onPointerDown={hide}
      onFocus={(event) => event.target.matches(':focus-visible') && show()}
      onBlur={hide}
      onKeyDown={(event) => event.key === 'Escape' && hide()}
    >
      {children}
      {place && createPortal(<Bubble id={id} text={text} place={place} />, document.body)}
    </span>
  );
}

/** Below what it is for, or above where there is no room; never beyond the window. */
function Bubble({ id, text, place }: { id: string; text: ReactNode; place: DOMRect }) {
  const bubble = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    const style = bubble.current?.style;
    const size = bubble.current?.getBoundingClientRect();
    if (!style || !size) return;
    const left = Math.min(
      Math.max(GAP, place.left + (place.width - size.width) / 2),
      innerWidth - size.width - GAP,
    );
    const below = place.bottom + GAP;
    style.left = `${left}px`;
    style.top = `${below + size.height < innerHeight ? below : place.top - size.height - GAP}px`;
  }, [place]);
  return (
    <div
      ref={bubble}
      id={id}
      role="tooltip"
      className="pointer-events-none fixed z-50 max-w-72 animate-appear rounded-md bg-text px-2 py-1 text-xs text-canvas shadow-raised"
    >
      {text}
    </div>
  );
}
