import { SlidersHorizontal, X } from 'lucide-react';
import { useState } from 'react';
import { Button } from '@/shared/ui/Button';
import { Checkbox } from '@/shared/ui/Field';
import { classes } from '@/shared/ui/classes';
import { Choice } from './Choice';
import { ElementFilter } from './ElementFilter';
import { type ActiveFilter, activeFilters, type Filters } from './filters';
import { SearchInput } from './SearchInput';

type Change = (changes: Partial<Filters>, options?: { isTyped?: boolean }) => unknown;

/** Everything that the list can be narrowed by, and its order; on a phone behind one button. */
export function FilterBar({ filters, change }: { filters: Filters; change: Change }) {
  const [isOpen, setOpen] = useState(false);
  const active = activeFilters(filters);
  return (
    <div role="search" aria-label="Materials" className="flex flex-col gap-2.5">
      <div className="flex flex-wrap items-center gap-2.5">
        <SearchInput
          label="Search"
          placeholder="Name, formula, description or tag"
          value={filters.text}
          onChange={(text) => void change({ text }, { isTyped: true })}
          className="min-w-0 grow basis-56"
        />
        <Button
          icon={SlidersHorizontal}
          aria-expanded={isOpen}
          onClick={() => setOpen(!isOpen)}
          className="h-9 md:hidden"
        >
          Filters{active.length > 0 && ` (${active.length})`}
        </Button>
        <div className={classes('flex flex-wrap items-center gap-2.5', !isOpen && 'max-md:hidden')}>
          <SearchInput
            label="Exact formula"
            placeholder="Formula, as SiO2"
            value={filters.formula}
            onChange={(formula) => void change({ formula }, { isTyped: true })}
            className="w-48 max-md:w-full"
          />
          <ElementFilter value={filters} onChange={(chosen) => void change(chosen)} />
          <Choice
            label="Order"
            value={filters.sort}
            options={[
              ['newest', 'Newest'],
              ['name', 'Name'],
            ]}
            onChange={(sort) => void change({ sort })}
          />
          <Checkbox checked={filters.mine} onChange={(mine) => void change({ mine })}>
            Only mine
          </Checkbox>
          <Checkbox checked={filters.archived} onChange={(archived) => void change({ archived })}>
            Archived
          </Checkbox>
        </div>
      </div>
      <ActiveFilters
        active={active.filter(({ key }) => key === 'tag' || key === 'elements')}
        change={change}
      />
    </div>
  );
}

/** Filters that are set elsewhere than in a field that shows them, each with a button that takes it away. */
function ActiveFilters({ active, change }: { active: ActiveFilter[]; change: Change }) {
  if (active.length === 0) return null;
  return (
    <ul aria-label="Active filters" className="flex flex-wrap gap-1.5">
      {active.map(({ label, without }) => (
        <li key={label} className="min-w-0">
          <button
            type="button"
            title={`Remove: ${label}`}
            onClick={() => void change(without)}
            className="inline-flex max-w-full items-center gap-1 rounded-full bg-accent-soft py-0.5 pr-1.5 pl-2.5 text-xs font-medium text-accent-text hover:bg-hover pointer-coarse:min-h-9"
          >
            <span className="sr-only">Remove: </span>
            <bdi className="truncate">{label}</bdi>
            <X aria-hidden size={13} className="shrink-0" />
          </button>
        </li>
      ))}
    </ul>
  );
}
