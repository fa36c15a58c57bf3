import { useQuery } from '@tanstack/react-query';
import { Download, Eye, FileText } from 'lucide-react';
import { useEffect, useState } from 'react';
import { messageOf } from '@/shared/api/errors';
import { download, fileAddress, loadFile } from '@/shared/api/files';
import { useList } from '@/shared/api/list';
import { Button, IconButton } from '@/shared/ui/Button';
import { Dialog } from '@/shared/ui/Dialog';
import { Async, ErrorPanel, SkeletonRows } from '@/shared/ui/states';
import { useToast } from '@/shared/ui/Toast';

/** [bytes] Of a text so much is shown. */
const PREVIEW = 100_000;
const PICTURE = /\.(png|jpe?g|gif|webp)$/i;

const UNITS = [
  ['GB', 1e9],
  ['MB', 1e6],
  ['kB', 1e3],
] as const;

/** `12.3 kB` */
export function sizeOf(bytes: number): string {
  const [unit, size] = UNITS.find(([, one]) => bytes >= one) ?? ['B', 1];
  return `${size === 1 ? bytes : (bytes / size).toPrecision(3)} ${unit}`;
}

/** The files of a node, each to be looked at and taken along. */
export function Files({ uuid }: { uuid: string }) {
  const toast = useToast();
  const [shown, setShown] = useState<string | null>(null);
  const files = useList('/api/nodes/{uuid}/files', { path: { uuid }, query: { limit: 50 } });
  const take = async (path: string) => {
    try {
      await download(fileAddress(uuid, path), path.split('/').at(-1) ?? 'file');
    } catch (error) {
      toast({ title: 'Not downloaded', detail: messageOf(error), kind: 'bad' });
    }
  };
  return (
    <Async query={files} loading={<SkeletonRows rows={2} />}>
      {() => (
        <>
          {files.items.length === 0 && <p className="text-sm text-muted">It has no files.</p>}
          <ul aria-label="Files">
            {files.items.map(({ path, size }) => (
              <li
                key={path}
                className="flex items-center gap-2 border-b border-line py-1 text-sm last:border-0"
              >
                <FileText aria-hidden size={14} className="shrink-0 text-muted" />
                <bdi title={path} className="min-w-0 grow truncate font-mono text-xs">
                  {path}
                </bdi>
                <span className="shrink-0 text-xs text-muted tabular">{sizeOf(size)}</span>
                <IconButton size="s" icon={Eye} label={`Look at ${path}`} onClick={() => setShown(path)} />
                <IconButton
                  size="s"
                  icon={Download}
                  label={`Download ${path}`}
                  onClick={() => void take(path)}
                />
              </li>
            ))}
          </ul>
          {files.hasNextPage && (
            <Button size="s" kind="quiet" onClick={() => void files.fetchNextPage()}>
              More files
            </Button>
          )}
          {shown !== null && (
            <Dialog open wide title={shown} onOpenChange={() => setShown(null)}>
              <Preview uuid={uuid} path={shown} />
            </Dialog>
          )}
        </>
      )}
    </Async>
  );
}

function Preview({ uuid, path }: { uuid: string; path: string }) {
  const isPicture = PICTURE.test(path);
  const file = useQuery({
    queryKey: ['get', '/api/nodes/{uuid}/files', uuid, path, 'content'],
    queryFn: async ({ signal }) => {
      const range = isPicture ? undefined : `bytes=0-${PREVIEW - 1}`;
      const { bytes, size } = await loadFile(uuid, path, range, signal);
      return { size, blob: new Blob([bytes]), text: isPicture ? null : textOf(bytes) };
    },
    staleTime: Infinity,
  });
  if (file.error) return <ErrorPanel error={file.error} retry={file.refetch} />;
  if (!file.data) return <SkeletonRows rows={4} />;
  const { blob, size, text } = file.data;
  if (isPicture) return <Picture blob={blob} alt={path} />;
  return (
    <>
      <Text text={text} />
      {size > PREVIEW && (
        <p className="mt-2 text-xs text-muted">
          The first {sizeOf(PREVIEW)} of {sizeOf(size)}.
        </p>
      )}
    </>
  );
}

function Picture({ blob, alt }: { blob: Blob; alt: string }) {
  const [address, setAddress] = useState<string>();
  useEffect(() => {
    const made = URL.createObjectURL(blob);
    // eslint-disable-next-line react-hooks/set-state-in-effect -- an address is given back when it is not shown any more
    setAddress(made);
    return () => URL.revokeObjectURL(made);
  }, [blob]);
  // eslint-disable-next-line @next/next/no-img-element -- it is not one of the site's
  return address === undefined ? null : <img src={address} alt={alt} className="max-w-full" />;
}

function Text({ text }: { text: string | null }) {
  if (text === null)
    return <p className="text-sm text-muted">It is no text. Download it to open it elsewhere.</p>;
  return (
    <pre
      // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what scrolls must be reached by keyboard
      tabIndex={0}
      className="max-h-[60dvh] overflow-auto rounded-md border border-line bg-sunken p-3 text-xs"
    >
      {text || 'It is empty.'}
    </pre>
  );
}

/** The text of a file, null when it is none; what is cut off at the end may be half a letter. */
function textOf(bytes: Uint8Array): string | null {
  const text = new TextDecoder().decode(bytes);
  return text.includes('\0') || text.slice(0, -3).includes('\uFFFD') ? null : text;
}
