import { Plus, Upload, X } from 'lucide-react';
import { useRef, useState } from 'react';
import { Button } from '@/shared/ui/Button';
import { lazyViewer } from '@/shared/ui/lazyViewer';
import type { useFiles } from './useFiles';

const StructurePicker = lazyViewer(() => import('@/features/jobs/submit/StructurePicker'), 'h-0');

/** As many as the API takes in one request. */
export const MOST = 5000;

/** Of which structures: of the graph, or in files that are dropped anywhere. */
export function Structures({
  chosen,
  files,
  onChange,
}: {
  chosen: string[];
  files: ReturnType<typeof useFiles>;
  onChange: (uuids: string[]) => void;
}) {
  const [isOpen, setOpen] = useState(false);
  const input = useRef<HTMLInputElement>(null);
  const { given, refused, left } = files;
  const count = chosen.length + given.length;
  return (
    <div className="flex flex-col gap-3">
      <div className="flex flex-wrap items-center gap-2">
        <Button icon={Plus} onClick={() => setOpen(true)}>
          Choose structures
        </Button>
        <Button icon={Upload} onClick={() => input.current?.click()}>
          Read files
        </Button>
        <input
          ref={input}
          type="file"
          multiple
          hidden
          aria-label="Files of structures"
          onChange={(event) => {
            void files.add([...(event.target.files ?? [])]);
            event.target.value = '';
          }}
        />
        {count + refused.length > 0 && (
          <Button
            kind="quiet"
            size="s"
            icon={X}
            onClick={() => {
              onChange([]);
              files.clear();
            }}
          >
            Clear
          </Button>
        )}
      </div>
      <p role="status" aria-label="Structures" className="text-sm text-muted tabular">
        {count === 0 && left === 0
          ? 'CIF, POSCAR, XYZ and others can be dropped anywhere on this page, thousands at once. Nothing is stored.'
          : [
              `${chosen.length.toLocaleString('en')} of the graph`,
              `${given.length.toLocaleString('en')} read from files`,
              ...(left > 0 ? [`${left.toLocaleString('en')} to be read…`] : []),
            ].join(', ')}
      </p>
      {refused.length > 0 && <Refused refused={refused} />}
      {isOpen && (
        <StructurePicker most={MOST} chosen={chosen} onChange={onChange} onClose={() => setOpen(false)} />
      )}
    </div>
  );
}

function Refused({ refused }: { refused: ReturnType<typeof useFiles>['refused'] }) {
  return (
    <div role="alert" className="rounded-md bg-bad-soft px-3 py-2 text-sm">
      <p className="font-medium text-bad">
        {`${refused.length.toLocaleString('en')} ${refused.length === 1 ? 'file was' : 'files were'} not read`}
      </p>
      <ul aria-label="Files that were not read" className="mt-1 max-h-40 overflow-y-auto">
        {refused.map(({ name, message }, at) => (
          <li key={at} className="wrap-anywhere">
            <bdi className="font-medium">{name}</bdi>
            {`: ${message}`}
          </li>
        ))}
      </ul>
    </div>
  );
}
