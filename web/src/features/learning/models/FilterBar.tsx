import { SearchInput } from '@/features/materials/SearchInput';
import { Checkbox, Select } from '@/shared/ui/Field';
import { isStage, STAGES } from '../learning';
import type { Filters } from './filters';

/** What the list can be narrowed by. */
export function FilterBar({
  filters,
  change,
}: {
  filters: Filters;
  change: (changes: Partial<Filters>) => void;
}) {
  return (
    <div role="search" aria-label="Models" className="flex flex-wrap items-center gap-2.5">
      <SearchInput
        label="Search"
        placeholder="Name, or what it predicts"
        value={filters.text}
        onChange={(text) => change({ text })}
        className="min-w-0 grow basis-56 sm:max-w-md"
      />
      <div className="w-40 max-sm:grow">
        <Select
          aria-label="Stage"
          value={filters.stage ?? ''}
          onChange={({ target: { value } }) => change({ stage: isStage(value) ? value : undefined })}
        >
          <option value="">Any stage</option>
          {Object.entries(STAGES).map(([stage, { word }]) => (
            <option key={stage} value={stage}>
              {word}
            </option>
          ))}
        </Select>
      </div>
      <Checkbox checked={filters.mine} onChange={(mine) => change({ mine })}>
        Only mine
      </Checkbox>
    </div>
  );
}
