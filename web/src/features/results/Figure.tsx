import { FileSpreadsheet, Image as Picture, LineChart, Table2 } from 'lucide-react';
import { type ReactNode, useId, useRef, useState } from 'react';
import { save } from '@/shared/api/files';
import { messageOf } from '@/shared/api/errors';
import { IconButton } from '@/shared/ui/Button';
import { lazyViewer } from '@/shared/ui/lazyViewer';
import { useToast } from '@/shared/ui/Toast';
import { Numbers } from './Numbers';
import { csvOf, type DataTable, type Plot, tableOf } from './plot';

const Chart = lazyViewer(() => import('./Chart'), 'h-72');

/** A plot with its numbers as a table, and both as files. */
export function Figure({
  plot,
  table,
  beside,
  height,
  children,
}: {
  plot: Plot;
  /** What the table says, when that is not what is drawn. */
  table?: DataTable;
  /** A second plot that shares the upright axis. */
  beside?: Plot;
  height?: number;
  /** What is drawn instead, when that is no plot of lines or points. */
  children?: ReactNode;
}) {
  const id = useId();
  const toast = useToast();
  const drawn = useRef<HTMLDivElement>(null);
  const [asTable, setAsTable] = useState(false);
  const name = plot.title.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-');
  const numbers = () => table ?? tableOf(plot);
  const savePicture = async () => {
    try {
      const { pictureOf } = await import('./picture');
      save(
        await pictureOf(
          plot.title,
          [...(drawn.current?.querySelectorAll('svg') ?? [])],
          [...(drawn.current?.querySelectorAll('li') ?? [])],
        ),
        `${name}.png`,
      );
    } catch (error) {
      toast({ title: 'The picture was not made', detail: messageOf(error), kind: 'bad' });
    }
  };
  return (
    <figure aria-labelledby={id} className="min-w-0">
      <figcaption className="mb-2 flex flex-wrap items-center justify-between gap-2">
        <span className="min-w-0">
          <span id={id} className="text-sm font-medium">
            {plot.title}
          </span>
          {plot.note && <span className="ml-2 text-xs text-muted tabular">{plot.note}</span>}
        </span>
        <span className="-my-1 ml-auto flex">
          <IconButton
            size="s"
            icon={asTable ? LineChart : Table2}
            label={`${asTable ? 'Plot' : 'Table'}: ${plot.title}`}
            onClick={() => setAsTable(!asTable)}
          />
          <IconButton
            size="s"
            icon={FileSpreadsheet}
            label={`Save as CSV: ${plot.title}`}
            onClick={() => save(csvOf(numbers()), `${name}.csv`)}
          />
          <IconButton
            size="s"
            icon={Picture}
            label={`Save as PNG: ${plot.title}`}
            disabled={asTable}
            onClick={() => void savePicture()}
          />
        </span>
      </figcaption>
      {asTable ? (
        <Numbers label={plot.title} table={numbers()} />
      ) : (
        <div ref={drawn} className={beside ? 'grid md:grid-cols-[5fr_2fr]' : undefined}>
          {children ?? <Chart plot={plot} height={height} />}
          {beside && <Chart plot={beside} height={height} />}
        </div>
      )}
    </figure>
  );
}
