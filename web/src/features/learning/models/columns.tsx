import { Archive, BadgeCheck, CircleDashed, EllipsisVertical, Sparkles, Waypoints } from 'lucide-react';
import { IconButton } from '@/shared/ui/Button';
import { Menu, type MenuItem } from '@/shared/ui/Menu';
import type { Column } from '@/shared/ui/Table';
import { TimeAgo } from '@/shared/ui/TimeAgo';
import { inWords, type ModelRow, percent, type Stage, STAGES, told } from '../learning';
import { StageBadge } from '../StageBadge';

export const STAGE_ACTIONS: Record<Stage, { word: string; icon: typeof Archive }> = {
  production: { word: 'Promote to production', icon: BadgeCheck },
  candidate: { word: 'Back to the candidates', icon: CircleDashed },
  archived: { word: 'Archive', icon: Archive },
};

/** What the list says of each model; the owner only when that is somebody else. */
export function columnsOf(
  me: string | undefined,
  selected: Set<string>,
  select: (model: ModelRow, isSelected: boolean) => void,
  move: (model: ModelRow, stage: Stage) => void,
): Column<ModelRow>[] {
  return [
    {
      key: 'select',
      header: <span className="sr-only">Select</span>,
      width: '3rem',
      cell: (model) => (
        <input
          type="checkbox"
          aria-label={`Select ${model.name}`}
          checked={selected.has(model.uuid)}
          onChange={(event) => select(model, event.target.checked)}
          className="relative z-10 block size-4 accent-(--accent)"
        />
      ),
    },
    {
      key: 'name',
      header: 'Name',
      width: 'minmax(6rem, 2.4fr)',
      link: true,
      cell: (model) => (
        <>
          <span title={model.name}>{model.name}</span>
          {model.owner !== me && (
            <span title={model.owner} className="ml-2 font-normal text-muted">
              {model.owner}
            </span>
          )}
        </>
      ),
    },
    {
      key: 'target',
      header: 'Predicts',
      width: 'minmax(5rem, 1.8fr)',
      wide: true,
      cell: ({ target }) => <span title={target}>{inWords(target)}</span>,
    },
    { key: 'kind', header: 'Kind', width: '6.5rem', wide: true, cell: ({ kind }) => kind },
    {
      key: 'mae',
      header: <abbr title="Mean absolute error on rows that it had not seen">Error</abbr>,
      width: '7.5rem',
      align: 'right',
      cell: ({ mae, unit }) => told(mae, unit, 3),
    },
    {
      key: 'r2',
      header: <abbr title="Coefficient of determination on these rows">R²</abbr>,
      width: '5rem',
      align: 'right',
      wide: true,
      cell: ({ r2 }) => told(r2),
    },
    {
      key: 'coverage',
      header: <abbr title="Part of these rows that lie in their intervals">Covered</abbr>,
      width: '6rem',
      align: 'right',
      wide: true,
      cell: ({ coverage }) => percent(coverage),
    },
    {
      key: 'stage',
      header: 'Stage',
      width: '8.5rem',
      wide: true,
      cell: ({ stage }) => <StageBadge stage={stage} />,
    },
    {
      key: 'created',
      header: 'Trained',
      width: '7rem',
      align: 'right',
      wide: true,
      cell: ({ created }) => <TimeAgo time={created} />,
    },
    {
      key: 'more',
      header: <span className="sr-only">Actions</span>,
      width: '3.75rem',
      cell: (model) => <Actions model={model} isOwn={model.owner === me} move={move} />,
    },
  ];
}

function Actions({
  model,
  isOwn,
  move,
}: {
  model: ModelRow;
  isOwn: boolean;
  move: (model: ModelRow, stage: Stage) => void;
}) {
  const stages = isOwn ? (Object.keys(STAGES) as Stage[]).filter((stage) => stage !== model.stage) : [];
  const items: MenuItem[] = [
    { label: 'Predict with it', icon: Sparkles, href: `/ml/predictions?model=${model.uuid}` },
    { label: 'Provenance', icon: Waypoints, href: `/graph/${model.uuid}` },
    ...(stages.length > 0 ? (['line'] as const) : []),
    ...stages.map((stage): MenuItem => ({
      label: STAGE_ACTIONS[stage].word,
      icon: STAGE_ACTIONS[stage].icon,
      onSelect: () => move(model, stage),
    })),
  ];
  return (
    <span className="relative z-10 flex">
      <Menu
        trigger={<IconButton size="s" icon={EllipsisVertical} label={`Actions for ${model.name}`} />}
        items={items}
      />
    </span>
  );
}
