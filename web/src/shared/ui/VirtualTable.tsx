import { useVirtualizer } from '@tanstack/react-virtual';
import { RotateCw } from 'lucide-react';
import { type KeyboardEvent, type ReactNode, useEffect, useRef } from 'react';
import type { List } from '@/shared/api/list';
import { Button } from './Button';
import { classes } from './classes';
import { ErrorPanel, SkeletonRows } from './states';
import { cellLook, LinkCell, linkOf, type TableProps } from './Table';

const ROW = 40;
/** How many rows before the end the next page is asked for. */
const AHEAD = 25;

/**
 * A list of any length, loaded as one scrolls; only what is seen is on the page.
 *
 *     <VirtualTable label="Jobs" list={useList('/api/jobs')} columns={…} rowKey={…} href={…} empty={<Empty …/>} />
 *
 * It fills its parent, which needs a height.
 */
export function VirtualTable<Item>({
  label,
  list,
  columns,
  rowKey,
  href,
  empty,
}: TableProps<Item> & { list: List<Item>; empty: ReactNode }) {
  const scroll = useRef<HTMLDivElement>(null);
  const rows = useVirtualizer({
    count: list.items.length,
    getScrollElement: () => scroll.current,
    estimateSize: () => ROW,
    overscan: 12,
    getItemKey: (index) => {
      const item = list.items[index];
      return item === undefined ? index : rowKey(item);
    },
  });
  const shown = rows.getVirtualItems();
  const last = shown.at(-1)?.index ?? -1;
  const { hasNextPage, isFetchingNextPage, isFetchNextPageError, fetchNextPage } = list;
  useEffect(() => {
    const isNear = last >= 0 && last >= list.items.length - AHEAD;
    if (isNear && hasNextPage && !isFetchingNextPage && !isFetchNextPageError) void fetchNextPage();
  }, [last, list.items.length, hasNextPage, isFetchingNextPage, isFetchNextPageError, fetchNextPage]);

  if (list.items.length === 0) {
    if (list.isPending) return <SkeletonRows rows={9} />;
    return list.error ? <ErrorPanel error={list.error} retry={list.refetch} /> : empty;
  }
  const template = {
    gridTemplateColumns: columns.map((column) => column.width ?? 'minmax(0, 1fr)').join(' '),
  };
  const narrow = {
    '--narrow': columns
      .filter((column) => !column.wide)
      .map((column) => column.width ?? 'minmax(0, 1fr)')
      .join(' '),
  };
  const grid = classes('grid w-full items-center max-md:grid-cols-(--narrow)!');
  return (
    <div className="relative flex h-full min-h-0 flex-col">
      {/* eslint-disable-next-line jsx-a11y/no-noninteractive-element-interactions -- its rows' links have the focus */}
      <div
        ref={scroll}
        role="table"
        aria-label={label}
        aria-rowcount={hasNextPage ? -1 : list.items.length + 1}
        onKeyDown={moveBetweenRows}
        className="min-h-0 grow overflow-auto text-sm"
      >
        <div role="rowgroup" className="sticky top-0 z-10 border-b border-line bg-surface">
          <div
            role="row"
            aria-rowindex={1}
            className={classes(grid, 'h-8 text-xs font-medium text-muted')}
            style={{ ...template, ...narrow }}
          >
            {columns.map((column) => (
              <div key={column.key} role="columnheader" className={cellLook(column)}>
                {column.header}
              </div>
            ))}
          </div>
        </div>
        <div role="rowgroup" className="relative w-full" style={{ height: rows.getTotalSize() }}>
          {shown.map(({ key, index, start }) => {
            const item = list.items[index];
            if (item === undefined) return null;
            return (
              <div
                key={key}
                role="row"
                aria-rowindex={index + 2}
                className={classes(
                  grid,
                  'absolute inset-x-0 top-0 border-b border-line',
                  href && 'hover:bg-hover',
                )}
                style={{ ...template, ...narrow, height: ROW, transform: `translateY(${start}px)` }}
              >
                {columns.map((column) => (
                  <div key={column.key} role="cell" dir="auto" className={cellLook(column)}>
                    {column === linkOf(columns) ? (
                      <LinkCell href={href?.(item)}>{column.cell(item)}</LinkCell>
                    ) : (
                      column.cell(item)
                    )}
                  </div>
                ))}
              </div>
            );
          })}
        </div>
        {isFetchingNextPage && <SkeletonRows rows={2} />}
        {isFetchNextPageError && <ErrorPanel error={list.error} retry={fetchNextPage} />}
      </div>
      <div
        role="status"
        className="flex min-h-8 shrink-0 items-center justify-between gap-3 border-t border-line px-4 text-xs text-muted"
      >
        <span className="tabular">
          {list.items.length.toLocaleString('en')} {hasNextPage ? 'loaded, more below' : 'in all'}
        </span>
        {list.isOutdated && (
          <Button size="s" kind="quiet" icon={RotateCw} onClick={() => void list.refetch()}>
            The list has changed: load it again
          </Button>
        )}
      </div>
    </div>
  );
}

/** The arrow keys go from row to row. */
function moveBetweenRows(event: KeyboardEvent<HTMLDivElement>): void {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step === undefined || !(event.target instanceof HTMLElement) || !('rowLink' in event.target.dataset))
    return;
  const links = [...event.currentTarget.querySelectorAll<HTMLElement>('[data-row-link]')];
  const next = links[links.indexOf(event.target) + step];
  if (next === undefined) return;
  event.preventDefault();
  next.focus();
}
