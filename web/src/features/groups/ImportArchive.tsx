import { useMutation } from '@tanstack/react-query';
import { CircleCheck, FileArchive } from 'lucide-react';
import { useState } from 'react';
import { Button } from '@/shared/ui/Button';
import { classes } from '@/shared/ui/classes';
import { Dialog } from '@/shared/ui/Dialog';
import { Link } from '@/shared/ui/Link';
import { ErrorPanel } from '@/shared/ui/states';
import { megabytes } from './download';
import { type Imported, sendArchive } from './upload';

/** Import an archive: all of it or nothing, and what is new becomes one's own. */
export default function ImportArchive({ onClose, onDone }: { onClose: () => void; onDone: () => void }) {
  const [file, setFile] = useState<File | null>(null);
  const [sent, setSent] = useState(0);
  const run = useMutation({
    mutationFn: (chosen: File) => sendArchive(chosen, setSent),
    onSuccess: onDone,
  });
  const choose = (chosen: File | undefined) => {
    if (!chosen || run.isPending) return;
    run.reset();
    setSent(0);
    setFile(chosen);
  };
  return (
    <Dialog
      open
      onOpenChange={() => run.isPending || onClose()}
      title="Import an archive"
      description="One of AiiDA's (.aiida). All of it comes in or nothing; what is new becomes yours."
      footer={
        run.data ? (
          <Button kind="primary" onClick={onClose}>
            Done
          </Button>
        ) : (
          <>
            <Button onClick={onClose} disabled={run.isPending}>
              Cancel
            </Button>
            <Button
              kind="primary"
              busy={run.isPending}
              disabled={file === null}
              onClick={() => file && run.mutate(file)}
            >
              Import
            </Button>
          </>
        )
      }
    >
      {run.data ? (
        <Result imported={run.data} />
      ) : (
        <div className="flex flex-col gap-4">
          <Drop file={file} onFile={choose} />
          {run.isPending && <Progress sent={sent} />}
          {run.error && (
            <div className="rounded-md bg-bad-soft">
              <ErrorPanel error={run.error} title="Nothing was imported" />
            </div>
          )}
        </div>
      )}
    </Dialog>
  );
}

function Drop({ file, onFile }: { file: File | null; onFile: (file: File | undefined) => void }) {
  const [isOver, setOver] = useState(false);
  return (
    <label
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={(event) => {
        event.preventDefault();
        setOver(false);
        onFile(event.dataTransfer.files[0]);
      }}
      className={classes(
        'flex cursor-pointer flex-col items-center gap-1.5 rounded-lg border border-dashed px-4 py-8 text-center text-sm transition-colors has-focus-visible:outline-2 has-focus-visible:outline-accent',
        isOver ? 'border-accent bg-accent-soft' : 'border-line-strong hover:bg-hover',
      )}
    >
      <FileArchive aria-hidden size={22} className="text-muted" />
      <span dir="auto" className="max-w-full truncate font-medium">
        {file ? file.name : 'Choose an archive, or drop it here'}
      </span>
      <span className="text-xs text-muted">
        {file ? megabytes(file.size) : 'made by verdi or by NANO-OS'}
      </span>
      <input
        type="file"
        accept=".aiida,.zip,application/zip"
        aria-label="Archive"
        className="sr-only"
        onChange={(event) => onFile(event.target.files?.[0])}
      />
    </label>
  );
}

function Progress({ sent }: { sent: number }) {
  const isSent = sent >= 1;
  return (
    <div className="flex flex-col gap-1.5 text-xs text-muted">
      <progress
        aria-label="Progress of the import"
        max={1}
        {...(isSent ? {} : { value: sent })}
        className="h-1.5 w-full appearance-none overflow-hidden rounded-full accent-accent [&::-webkit-progress-bar]:bg-sunken [&::-webkit-progress-value]:bg-accent"
      />
      <span role="status" className="tabular">
        {isSent ? 'It has arrived; it is being checked and stored…' : `${Math.floor(100 * sent)} % sent`}
      </span>
    </div>
  );
}

function Result({ imported }: { imported: Imported }) {
  return (
    <div role="status" className="flex items-start gap-3 text-sm">
      <CircleCheck aria-hidden size={18} className="mt-px shrink-0 text-ok" />
      <div className="min-w-0">
        <p className="font-medium">{`${imported.new.toLocaleString('en')} new nodes`}</p>
        <p className="mt-0.5 text-muted">
          {`${imported.existing.toLocaleString('en')} were here already and stay as they are. `}
          {imported.reissued > 0 &&
            `${imported.reissued.toLocaleString('en')} have another UUID here than in the archive: theirs was taken.`}
        </p>
        {imported.groups.length > 0 && (
          <ul aria-label="Groups of the archive" className="mt-2">
            {imported.groups.map((group) => (
              <li key={group.uuid} className="truncate">
                <Link href={`/groups/${group.uuid}`}>
                  <bdi>{group.name}</bdi>
                </Link>
              </li>
            ))}
          </ul>
        )}
      </div>
    </div>
  );
}
