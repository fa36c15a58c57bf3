import { X } from 'lucide-react';
import { Button } from '@/shared/ui/Button';
import { Checkbox, Select } from '@/shared/ui/Field';
import { useEngines, WORKFLOWS } from '../job';
import type { Filters, Since } from './filters';

const STATUSES: [NonNullable<Filters['status']>, string][] = [
  ['RUNNING', 'Running'],
  ['QUEUED', 'Queued'],
  ['PENDING', 'Pending'],
  ['PAUSED', 'Paused'],
  ['COMPLETED', 'Completed'],
  ['FAILED', 'Failed'],
  ['KILLED', 'Killed'],
];
/** What can be computed, chains of it, and what learns from it. */
const KINDS = [
  ...Object.entries(WORKFLOWS).map(([name, { word }]) => [name, word]),
  ['multiscale', 'Chain'],
  ['training', 'Training'],
] as [NonNullable<Filters['workflow']>, string][];
const SINCE: [Since, string][] = [
  ['today', 'Today'],
  ['week', 'Last 7 days'],
  ['month', 'Last 30 days'],
];

export function FilterBar({
  filters,
  change,
}: {
  filters: Filters;
  change: (changes: Partial<Filters>) => void;
}) {
  const engines = useEngines();
  const isFiltered = Object.keys(filters).length > 0;
  const clear: Partial<Filters> = {
    status: undefined,
    workflow: undefined,
    engine: undefined,
    since: undefined,
    mine: undefined,
  };
  return (
    <div role="search" aria-label="Filters" className="flex flex-wrap items-center gap-2">
      <Choice
        label="Status"
        all="Any status"
        value={filters.status}
        choices={STATUSES}
        onChange={(status) => change({ status })}
      />
      <Choice
        label="Workflow"
        all="Any workflow"
        value={filters.workflow}
        choices={KINDS}
        onChange={(workflow) => change({ workflow })}
      />
      <Choice
        label="Engine"
        all="Any engine"
        value={filters.engine}
        choices={(engines.data ?? []).map((engine) => [engine.name, engine.label])}
        onChange={(engine) => change({ engine })}
      />
      <Choice
        label="Time"
        all="Any time"
        value={filters.since}
        choices={SINCE}
        onChange={(since) => change({ since })}
      />
      <span className="ml-1">
        <Checkbox
          checked={filters.mine !== undefined}
          onChange={(mine) => change({ mine: mine ? 'true' : undefined })}
        >
          Only mine
        </Checkbox>
      </span>
      {isFiltered && (
        <Button kind="quiet" size="s" icon={X} onClick={() => change(clear)}>
          Clear
        </Button>
      )}
    </div>
  );
}

function Choice<Value extends string>({
  label,
  all,
  value,
  choices,
  onChange,
}: {
  label: string;
  all: string;
  value: Value | undefined;
  choices: [Value, string][];
  onChange: (value: Value | undefined) => void;
}) {
  return (
    <div className="w-40 max-sm:w-[calc(50%-0.25rem)]">
      <Select
        aria-label={label}
        value={value ?? ''}
        onChange={(event) => onChange(choices.find(([one]) => one === event.target.value)?.[0])}
      >
        <option value="">{all}</option>
        {choices.map(([one, word]) => (
          <option key={one} value={one}>
            {word}
          </option>
        ))}
      </Select>
    </div>
  );
}
