import { ChevronDown } from 'lucide-react';
import { Popover } from 'radix-ui';
import { Button } from '@/shared/ui/Button';
import { PeriodicTable } from '@/shared/ui/PeriodicTable';
import { Choice } from './Choice';
import type { Filters } from './filters';

type Value = Pick<Filters, 'elements' | 'elements_match'>;

/** Elements to choose on a periodic table: that the formula has all of them, or none but them. */
export function ElementFilter({ value, onChange }: { value: Value; onChange: (value: Value) => void }) {
  const { elements, elements_match } = value;
  return (
    <Popover.Root>
      <Popover.Trigger asChild>
        <Button className="h-9">
          {elements.length === 0 ? 'Elements' : `Elements: ${elements.join(', ')}`}
          <ChevronDown aria-hidden size={14} className="text-muted" />
        </Button>
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Content
          align="start"
          sideOffset={6}
          collisionPadding={8}
          aria-label="Elements"
          className="z-40 w-[min(34rem,calc(100vw-1rem))] animate-appear rounded-lg border border-line bg-raised p-3 shadow-raised"
        >
          <div className="mb-3 flex flex-wrap items-center justify-between gap-2">
            <Choice
              label="The formula has"
              value={elements_match}
              options={[
                ['all', 'All of these'],
                ['only', 'Only these'],
              ]}
              onChange={(match) => onChange({ elements, elements_match: match })}
            />
            <Button
              size="s"
              kind="quiet"
              disabled={elements.length === 0}
              onClick={() => onChange({ elements: [], elements_match })}
            >
              Clear
            </Button>
          </div>
          <PeriodicTable
            value={elements}
            onChange={(chosen) => onChange({ elements: chosen, elements_match })}
          />
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  );
}
