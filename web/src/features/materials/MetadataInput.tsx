import { Plus, X } from 'lucide-react';
import { Button, IconButton } from '@/shared/ui/Button';
import { Input } from '@/shared/ui/Field';
import type { Line } from './metadata';

/** Names and values, a line each. */
export function MetadataInput({ value, onChange }: { value: Line[]; onChange: (lines: Line[]) => void }) {
  const set = (at: number, changes: Partial<Line>) =>
    onChange(value.map((line, other) => (other === at ? { ...line, ...changes } : line)));
  return (
    <div className="flex flex-col gap-1.5">
      {value.map((line, at) => (
        <div key={at} className="grid grid-cols-[minmax(0,2fr)_minmax(0,3fr)_auto] items-center gap-1.5">
          <Input
            id={undefined}
            aria-label={`Name ${at + 1}`}
            placeholder="supplier"
            value={line.key}
            onChange={(event) => set(at, { key: event.target.value })}
          />
          <Input
            id={undefined}
            aria-label={`Value ${at + 1}`}
            placeholder="text, number or JSON"
            value={line.value}
            onChange={(event) => set(at, { value: event.target.value })}
          />
          <IconButton
            label={`Remove line ${at + 1}`}
            icon={X}
            onClick={() => onChange(value.filter((_, other) => other !== at))}
          />
        </div>
      ))}
      <Button
        size="s"
        kind="quiet"
        icon={Plus}
        className="self-start"
        onClick={() => onChange([...value, { key: '', value: '' }])}
      >
        Add a line
      </Button>
    </div>
  );
}
