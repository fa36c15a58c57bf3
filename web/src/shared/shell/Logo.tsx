/** The mark and the name. */
export function Logo({ small = false }: { small?: boolean }) {
  return (
    <>
      <svg
        viewBox="0 0 24 24"
        aria-hidden
        className="size-6 shrink-0 text-accent-text"
        fill="none"
        stroke="currentColor"
      >
        <path d="M6 17.5 12 6.5l6 11z" strokeWidth="1.5" strokeOpacity="0.55" />
        <g fill="currentColor" stroke="none">
          <circle cx="12" cy="6" r="3" />
          <circle cx="5.5" cy="17.8" r="3" />
          <circle cx="18.5" cy="17.8" r="3" />
        </g>
      </svg>
      {!small && <span className="text-sm font-semibold tracking-wide">NANO-OS</span>}
    </>
  );
}
