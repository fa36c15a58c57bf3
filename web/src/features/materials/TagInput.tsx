import { X } from 'lucide-react';
import { type KeyboardEvent, useState } from 'react';
import { Input } from '@/shared/ui/Field';

/** Words: Enter or a comma ends one, Backspace takes the last one back. */
export function TagInput({ value, onChange }: { value: string[]; onChange: (tags: string[]) => void }) {
  const [text, setText] = useState('');
  const add = (written: string) => {
    const words = written.split(',').map((word) => word.trim());
    const added = words.filter((word, at) => word && !value.includes(word) && words.indexOf(word) === at);
    if (added.length > 0) onChange([...value, ...added]);
    setText('');
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'Enter' && text.trim()) {
      event.preventDefault();
      add(text);
    } else if (event.key === 'Backspace' && text === '') onChange(value.slice(0, -1));
  };
  return (
    <div className="flex flex-col gap-1.5">
      <Input
        value={text}
        maxLength={200}
        placeholder="as oxide; Enter or a comma adds it"
        onChange={(event) =>
          event.target.value.includes(',') ? add(event.target.value) : setText(event.target.value)
        }
        onKeyDown={onKeyDown}
        onBlur={() => add(text)}
      />
      {value.length > 0 && (
        <ul aria-label="Tags" className="flex flex-wrap gap-1.5">
          {value.map((tag) => (
            <li key={tag} className="min-w-0">
              <button
                type="button"
                title={`Remove ${tag}`}
                onClick={() => onChange(value.filter((other) => other !== tag))}
                className="inline-flex max-w-full items-center gap-1 rounded bg-sunken py-0.5 pr-1 pl-1.5 text-xs hover:bg-hover pointer-coarse:min-h-9"
              >
                <span className="sr-only">Remove </span>
                <bdi className="truncate">{tag}</bdi>
                <X aria-hidden size={12} className="shrink-0 text-muted" />
              </button>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
