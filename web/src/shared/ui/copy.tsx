import { Check, Copy } from 'lucide-react';
import { useEffect, useState } from 'react';
import { IconButton } from './Button';

/** Copy a text. Over plain http from another machine browsers have no clipboard, but the old command. */
async function copy(text: string): Promise<void> {
  if ('clipboard' in navigator) return navigator.clipboard.writeText(text);
  const area = document.createElement('textarea');
  area.value = text;
  document.body.append(area);
  area.select();
  // eslint-disable-next-line @typescript-eslint/no-deprecated -- there is nothing else there
  document.execCommand('copy');
  area.remove();
}

/** `<CopyButton text={…} label="Copy the UUID" />` */
export function CopyButton({ text, label = 'Copy' }: { text: string; label?: string }) {
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    if (!copied) return;
    const timer = setTimeout(() => setCopied(false), 1500);
    return () => clearTimeout(timer);
  }, [copied]);
  return (
    <IconButton
      size="s"
      icon={copied ? Check : Copy}
      label={copied ? 'Copied' : label}
      onClick={() => void copy(text).then(() => setCopied(true))}
    />
  );
}

/** `<CopyId id={node.uuid} />`: the beginning of a UUID, and the whole of it to copy. */
export function CopyId({ id, whole = false }: { id: string; whole?: boolean }) {
  return (
    <span className="relative inline-flex items-center gap-1">
      <code title={id} className="text-xs text-muted">
        {whole ? id : id.slice(0, 8)}
      </code>
      <CopyButton text={id} label="Copy the identifier" />
    </span>
  );
}

/** `<CodeBlock code={…} label="Python" />`: text in a box of its own that scrolls, and can be copied. */
export function CodeBlock({ code, label }: { code: string; label: string }) {
  return (
    <div className="relative rounded-md border border-line bg-sunken">
      <div className="absolute top-1 right-1">
        <CopyButton text={code} label={`Copy ${label}`} />
      </div>
      <pre
        // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what scrolls must be reached by keyboard
        tabIndex={0}
        role="region"
        aria-label={label}
        className="max-h-120 overflow-auto p-3 pr-10 text-xs leading-5"
      >
        {code}
      </pre>
    </div>
  );
}
