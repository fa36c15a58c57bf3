import { CopyButton } from './copy';

/** What is shown once: a token, a password, a link; whole, in a box, to copy. */
export function Secret({ label, text }: { label: string; text: string }) {
  return (
    <div className="flex items-start gap-2 rounded-md border border-line bg-sunken py-2 pr-2 pl-3">
      <code aria-label={label} className="min-w-0 grow py-1 text-xs leading-5 wrap-anywhere select-all">
        {text}
      </code>
      <CopyButton text={text} label={`Copy ${label}`} />
    </div>
  );
}
