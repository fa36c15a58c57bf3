import { ChevronsDownUp, ChevronsUpDown, Focus, List, Network } from 'lucide-react';
import { Button } from '@/shared/ui/Button';
import { Select } from '@/shared/ui/Field';
import { Find } from './Find';
import type { ProvenanceNode } from './provenance';
import type { Direction, View } from './useGraph';

export const DIRECTIONS: [Direction, string][] = [
  ['both', 'Both ways'],
  ['ancestors', 'What it came from'],
  ['descendants', 'What came of it'],
];
export const DEPTHS = [1, 2, 3, 4, 6, 10, 20, 100];

/** What is shown of the graph, and how. */
export function Toolbar({
  view,
  onView,
  text,
  onText,
  matches,
  onFound,
  isFocused,
  onFocus,
  hasChosen,
  isList,
  onList,
  onFoldAll,
}: {
  view: View;
  onView: (view: View) => void;
  text: string;
  onText: (text: string) => void;
  matches: ProvenanceNode[];
  onFound: (uuid: string) => void;
  isFocused: boolean;
  onFocus: (isFocused: boolean) => void;
  hasChosen: boolean;
  isList: boolean;
  onList: (isList: boolean) => void;
  onFoldAll: (isOpen: boolean) => void;
}) {
  return (
    <div role="group" aria-label="What is shown" className="flex flex-wrap items-center gap-2">
      <Find text={text} onText={onText} matches={matches} onFound={onFound} />
      <Select
        aria-label="Direction"
        value={view.direction}
        onChange={(event) => onView({ ...view, direction: event.target.value as Direction })}
        className="h-8! w-auto!"
      >
        {DIRECTIONS.map(([value, word]) => (
          <option key={value} value={value}>
            {word}
          </option>
        ))}
      </Select>
      <Select
        aria-label="Depth"
        value={view.depth}
        onChange={(event) => onView({ ...view, depth: Number(event.target.value) })}
        className="h-8! w-auto!"
      >
        {DEPTHS.map((depth) => (
          <option key={depth} value={depth}>
            {depth === 1 ? '1 link' : depth === 100 ? 'All links' : `${depth} links`}
          </option>
        ))}
      </Select>
      <span className="ml-auto flex flex-wrap items-center gap-1">
        <Button kind="quiet" size="s" icon={ChevronsUpDown} onClick={() => onFoldAll(true)}>
          Unfold all
        </Button>
        <Button kind="quiet" size="s" icon={ChevronsDownUp} onClick={() => onFoldAll(false)}>
          Fold all
        </Button>
        <Button
          kind={isFocused ? 'secondary' : 'quiet'}
          size="s"
          icon={Focus}
          aria-pressed={isFocused}
          disabled={!hasChosen && !isFocused}
          title="Fade all but the chosen node, what it came from and what came of it"
          onClick={() => onFocus(!isFocused)}
        >
          Focus
        </Button>
        <Button kind="quiet" size="s" icon={isList ? Network : List} onClick={() => onList(!isList)}>
          {isList ? 'As a graph' : 'As a list'}
        </Button>
      </span>
    </div>
  );
}
