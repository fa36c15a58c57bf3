const LOOK = 'inline-block max-w-48 shrink-0 truncate rounded bg-sunken px-1.5 py-px text-xs text-muted';

/** `<Tag>oxide</Tag>`; with `onChoose` a button, above a row that is a link. */
export function Tag({ children, onChoose }: { children: string; onChoose?: () => void }) {
  if (!onChoose)
    return (
      <span dir="auto" title={children} className={LOOK}>
        {children}
      </span>
    );
  return (
    <button
      type="button"
      dir="auto"
      title={`Only with the tag ${children}`}
      onClick={onChoose}
      className={`${LOOK} relative z-1 hover:bg-accent-soft hover:text-accent-text`}
    >
      {children}
    </button>
  );
}
