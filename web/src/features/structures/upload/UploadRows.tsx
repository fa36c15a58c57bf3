import { CircleAlert, FileCheck2, LoaderCircle, X } from 'lucide-react';
import { useId, useState } from 'react';
import { messageOf } from '@/shared/api/errors';
import { Button, IconButton } from '@/shared/ui/Button';
import { classes } from '@/shared/ui/classes';
import { Input } from '@/shared/ui/Field';
import { Formula } from '@/shared/ui/Formula';
import type { UploadRow } from './useUploads';

type Props = {
  rows: UploadRow[];
  shown: File | undefined;
  onShow: (file: File) => void;
  onRemove: (file: File) => void;
  onIndex: (file: File, index: number) => void;
};

/** The files, and for each what it holds or why it cannot be read. */
export function UploadRows({ rows, shown, onShow, onRemove, onIndex }: Props) {
  return (
    <ul aria-label="Files" className="overflow-hidden rounded-md border border-line">
      {rows.map((row) => {
        const { file } = row.upload;
        return (
          <li
            key={row.upload.id}
            className={classes(
              'border-b border-line px-3 py-2 last:border-0',
              rows.length > 1 && file === shown && row.parsed && 'bg-accent-soft',
            )}
          >
            <div className="flex min-w-0 items-center gap-2.5">
              <StateIcon row={row} />
              <FileName row={row} onShow={rows.length > 1 && row.parsed ? () => onShow(file) : undefined} />
              <span className="ml-auto shrink-0 text-xs text-muted">
                {row.parsed ? <Summary row={row} /> : row.error === null ? 'Reading…' : 'Not readable'}
              </span>
              <IconButton size="s" icon={X} label={`Leave out ${file.name}`} onClick={() => onRemove(file)} />
            </div>
            {row.error !== null && <Refused row={row} onIndex={(index) => onIndex(file, index)} />}
          </li>
        );
      })}
    </ul>
  );
}

function StateIcon({ row }: { row: UploadRow }) {
  if (row.error !== null) return <CircleAlert aria-hidden size={16} className="shrink-0 text-bad" />;
  if (row.parsed) return <FileCheck2 aria-hidden size={16} className="shrink-0 text-ok" />;
  return <LoaderCircle aria-hidden size={16} className="shrink-0 animate-spin text-muted" />;
}

function FileName({ row, onShow }: { row: UploadRow; onShow: (() => void) | undefined }) {
  const { name } = row.upload.file;
  const text = (
    <span dir="auto" title={name} className="min-w-0 truncate text-sm font-medium">
      {name}
    </span>
  );
  if (!onShow) return text;
  return (
    <button type="button" onClick={onShow} className="min-w-0 truncate text-left hover:underline">
      {text}
    </button>
  );
}

function Summary({ row: { parsed } }: { row: UploadRow }) {
  if (!parsed) return null;
  return (
    <>
      <Formula>{parsed.formula}</Formula> · {parsed.number_of_atoms.toLocaleString('en')} atoms ·{' '}
      {parsed.format}
    </>
  );
}

function Refused({ row, onIndex }: { row: UploadRow; onIndex: (index: number) => void }) {
  const message = messageOf(row.error);
  return (
    <div role="alert" className="mt-1.5 pl-6.5 text-sm">
      <p className="wrap-anywhere">{message}</p>
      {message.includes('index') ? (
        <ChooseIndex onChoose={onIndex} />
      ) : (
        <p className="mt-0.5 text-muted">
          Correct the file and drop it here again; the others can be stored meanwhile.
        </p>
      )}
    </div>
  );
}

/** Which structure of a file with several. */
function ChooseIndex({ onChoose }: { onChoose: (index: number) => void }) {
  const id = useId();
  const [index, setIndex] = useState('0');
  return (
    <form
      className="mt-2 flex items-center gap-2"
      onSubmit={(event) => {
        event.preventDefault();
        if (index !== '') onChoose(Number(index));
      }}
    >
      <label htmlFor={id} className="text-muted">
        Which one, from 0; -1 is the last
      </label>
      <Input
        id={id}
        type="number"
        step={1}
        value={index}
        className="w-24!"
        onChange={(event) => setIndex(event.target.value)}
      />
      <Button type="submit" size="s">
        Read it
      </Button>
    </form>
  );
}
