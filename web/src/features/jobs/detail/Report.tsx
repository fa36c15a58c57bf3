import { Download } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { download } from '@/shared/api/files';
import { useList } from '@/shared/api/list';
import { messageOf } from '@/shared/api/errors';
import { Button } from '@/shared/ui/Button';
import { Card } from '@/shared/ui/Card';
import { classes } from '@/shared/ui/classes';
import { Checkbox, Select } from '@/shared/ui/Field';
import { ErrorPanel, SkeletonRows } from '@/shared/ui/states';
import { useToast } from '@/shared/ui/Toast';

const LEVELS = ['DEBUG', 'INFO', 'REPORT', 'WARNING', 'ERROR', 'CRITICAL'];
const COLOURS: Record<string, string> = { WARNING: 'text-wait', ERROR: 'text-bad', CRITICAL: 'text-bad' };

/** What a job and all that it called reported, as it comes. */
export function Report({ uuid, isOver }: { uuid: string; isOver: boolean }) {
  const toast = useToast();
  const [least, setLeast] = useState('DEBUG');
  const [isFollowing, setFollowing] = useState(!isOver);
  const list = useList('/api/jobs/{uuid}/report', { path: { uuid }, query: { limit: 200 } });
  const { hasNextPage, isFetchingNextPage, isFetchNextPageError, fetchNextPage, isOutdated, refetch } = list;
  const end = useRef<HTMLDivElement>(null);
  useEffect(() => {
    // All of it: the newest lines are the last ones.
    if (hasNextPage && !isFetchingNextPage && !isFetchNextPageError) void fetchNextPage();
  }, [hasNextPage, isFetchingNextPage, isFetchNextPageError, fetchNextPage]);
  useEffect(() => {
    if (isFollowing && isOutdated) void refetch();
  }, [isFollowing, isOutdated, refetch]);
  const count = list.items.length;
  useEffect(() => {
    if (isFollowing && count > 0) end.current?.scrollIntoView({ block: 'nearest' });
  }, [isFollowing, count]);
  const lines = list.items.filter((line) => LEVELS.indexOf(line.level) >= LEVELS.indexOf(least));
  const saveAll = () =>
    download(`/api/jobs/${uuid}/report.txt`, `report-${uuid.slice(0, 8)}.txt`).catch((error: unknown) =>
      toast({ title: 'The report was not saved', detail: messageOf(error), kind: 'bad' }),
    );
  return (
    <Card
      flush
      title="Report"
      actions={
        <span className="flex flex-wrap items-center justify-end gap-3">
          {!isOver && (
            <Checkbox checked={isFollowing} onChange={setFollowing}>
              Follow
            </Checkbox>
          )}
          <span className="w-36">
            <Select aria-label="Least level" value={least} onChange={(event) => setLeast(event.target.value)}>
              <option value="DEBUG">All levels</option>
              <option value="REPORT">Report and up</option>
              <option value="WARNING">Warning and up</option>
              <option value="ERROR">Errors</option>
            </Select>
          </span>
          <Button size="s" kind="quiet" icon={Download} onClick={() => void saveAll()}>
            Save
          </Button>
        </span>
      }
    >
      {list.isPending ? (
        <SkeletonRows />
      ) : list.error && count === 0 ? (
        <ErrorPanel error={list.error} retry={list.refetch} />
      ) : lines.length === 0 ? (
        <p className="p-4 text-sm text-muted">
          {count === 0
            ? isOver
              ? 'It reported nothing.'
              : 'Nothing has been reported yet; lines appear here as they come.'
            : `None of the ${count} lines has this level.`}
        </p>
      ) : (
        <div
          // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what scrolls must be reached by keyboard
          tabIndex={0}
          role="log"
          aria-label="Report"
          className="max-h-[65vh] overflow-y-auto py-2 font-mono text-xs leading-5"
        >
          {lines.map((line, at) => (
            <div key={at} className="flex gap-3 px-4 hover:bg-hover max-sm:flex-col max-sm:gap-0">
              <time dateTime={line.time} className="shrink-0 text-muted tabular" title={line.time}>
                {new Date(line.time).toLocaleTimeString('en-GB')}
              </time>
              <span className={classes('w-16 shrink-0', COLOURS[line.level] ?? 'text-muted')}>
                {line.level.toLowerCase()}
              </span>
              <span dir="auto" className="min-w-0 wrap-anywhere whitespace-pre-wrap">
                {line.message}
              </span>
            </div>
          ))}
          <div ref={end} />
        </div>
      )}
    </Card>
  );
}
