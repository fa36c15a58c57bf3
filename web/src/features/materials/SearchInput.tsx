import { Search, X } from 'lucide-react';
import { useEffect, useState } from 'react';
import { IconButton } from '@/shared/ui/Button';
import { classes } from '@/shared/ui/classes';
import { Input } from '@/shared/ui/Field';

/** [ms] After the last letter. */
const PAUSE = 250;

/** A text that is looked for while one types, after a moment. */
export function SearchInput({
  label,
  placeholder,
  value,
  onChange,
  className,
}: {
  label: string;
  placeholder: string;
  value: string;
  onChange: (text: string) => void;
  className?: string;
}) {
  const [text, setText] = useState(value);
  const [told, setTold] = useState(value);
  if (value !== told) {
    // It was changed elsewhere: in the address.
    setTold(value);
    setText(value);
  }
  useEffect(() => {
    if (text === told) return;
    const timer = setTimeout(() => {
      setTold(text);
      onChange(text);
    }, PAUSE);
    return () => clearTimeout(timer);
  }, [text, told, onChange]);
  return (
    <div className={classes('relative', className)}>
      <Search aria-hidden size={15} className="pointer-events-none absolute top-2.5 left-3 text-muted" />
      <Input
        type="search"
        aria-label={label}
        placeholder={placeholder}
        maxLength={200}
        value={text}
        onChange={(event) => setText(event.target.value)}
        className="pr-9 pl-9 [&::-webkit-search-cancel-button]:hidden"
      />
      {text !== '' && (
        <span className="absolute top-1 right-1">
          <IconButton label={`Clear: ${label}`} icon={X} size="s" onClick={() => setText('')} />
        </span>
      )}
    </div>
  );
}
