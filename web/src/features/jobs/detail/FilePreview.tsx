import { useQuery } from '@tanstack/react-query';
import { ArrowDownToLine, Download, EllipsisVertical } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { messageOf } from '@/shared/api/errors';
import { download, fileAddress, loadFile } from '@/shared/api/files';
import { Button } from '@/shared/ui/Button';
import { Card } from '@/shared/ui/Card';
import { Async } from '@/shared/ui/states';
import { useToast } from '@/shared/ui/Toast';
import { bytes } from './bytes';
import type { Chosen } from './Files';

const PART = 64 * 1024;
const MOST_OF_A_PICTURE = 10_000_000;
const PICTURES: Record<string, string> = {
  png: 'image/png',
  jpg: 'image/jpeg',
  jpeg: 'image/jpeg',
  gif: 'image/gif',
  webp: 'image/webp',
  svg: 'image/svg+xml',
};

/** What is in a file: text by parts, pictures; anything can be saved. */
export default function FilePreview({ uuid, path, size }: Chosen) {
  const toast = useToast();
  const name = path.split('/').at(-1) ?? path;
  const type = PICTURES[name.split('.').at(-1)?.toLowerCase() ?? ''];
  const saveIt = () =>
    download(fileAddress(uuid, path), name).catch((error: unknown) =>
      toast({ title: `${name} was not saved`, detail: messageOf(error), kind: 'bad' }),
    );
  return (
    <Card
      flush
      title={<bdi title={path}>{path}</bdi>}
      actions={
        <Button size="s" icon={Download} onClick={() => void saveIt()}>
          {`Save (${bytes(size)})`}
        </Button>
      }
    >
      {type !== undefined && size <= MOST_OF_A_PICTURE ? (
        <PictureOf uuid={uuid} path={path} type={type} />
      ) : (
        <TextOf uuid={uuid} path={path} size={size} />
      )}
    </Card>
  );
}

function PictureOf({ uuid, path, type }: { uuid: string; path: string; type: string }) {
  const query = useQuery({
    queryKey: ['file', uuid, path],
    queryFn: ({ signal }) => loadFile(uuid, path, undefined, signal),
    staleTime: 'static',
  });
  return (
    <Async query={query}>{({ bytes: content }) => <Shown content={content} type={type} path={path} />}</Async>
  );
}

function Shown({ content, type, path }: { content: Uint8Array<ArrayBuffer>; type: string; path: string }) {
  const picture = useRef<HTMLImageElement>(null);
  useEffect(() => {
    const address = URL.createObjectURL(new Blob([content], { type }));
    if (picture.current) picture.current.src = address;
    return () => URL.revokeObjectURL(address);
  }, [content, type]);
  // eslint-disable-next-line @next/next/no-img-element -- there is no server that could make it smaller
  return <img ref={picture} alt={path} className="mx-auto max-h-[70vh] max-w-full p-4" />;
}

/** A text from its beginning, in parts, or the end of it. */
function TextOf({ uuid, path, size }: { uuid: string; path: string; size: number }) {
  const [parts, setParts] = useState(1);
  const [isEnd, setEnd] = useState(false);
  const wanted = isEnd ? `bytes=-${PART}` : `bytes=0-${parts * PART - 1}`;
  const query = useQuery({
    queryKey: ['file', uuid, path, wanted],
    queryFn: ({ signal }) => loadFile(uuid, path, wanted, signal),
    staleTime: 'static',
    placeholderData: (before) => before,
  });
  const shown = isEnd ? Math.min(size, PART) : Math.min(size, parts * PART);
  return (
    <Async query={query}>
      {({ bytes: content }) =>
        content.includes(0) ? (
          <p className="p-4 text-sm text-muted">
            This file is no text. Save it to look at it with a program of yours.
          </p>
        ) : size === 0 ? (
          <p className="p-4 text-sm text-muted">This file is empty.</p>
        ) : (
          <>
            <pre
              // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what scrolls must be reached by keyboard
              tabIndex={0}
              role="region"
              aria-label={path}
              className="max-h-[65vh] overflow-auto bg-sunken p-4 text-xs leading-5"
            >
              {new TextDecoder().decode(content)}
            </pre>
            {size > PART && (
              <div className="flex flex-wrap items-center gap-2 border-t border-line px-4 py-2 text-xs text-muted tabular">
                {isEnd ? `the last ${bytes(shown)} of ${bytes(size)}` : `${bytes(shown)} of ${bytes(size)}`}
                {!isEnd && shown < size && (
                  <Button size="s" icon={EllipsisVertical} onClick={() => setParts(parts * 2)}>
                    More
                  </Button>
                )}
                <Button size="s" icon={ArrowDownToLine} onClick={() => setEnd(!isEnd)}>
                  {isEnd ? 'The beginning' : 'The end'}
                </Button>
              </div>
            )}
          </>
        )
      }
    </Async>
  );
}
