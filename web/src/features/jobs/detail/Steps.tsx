import { ChevronRight, CircleCheck, CircleSlash, CircleX, LoaderCircle } from 'lucide-react';
import { useState } from 'react';
import { addressOfNode } from '@/shared/nodes/kinds';
import { Button } from '@/shared/ui/Button';
import { Card } from '@/shared/ui/Card';
import { classes } from '@/shared/ui/classes';
import { Link } from '@/shared/ui/Link';
import { Async } from '@/shared/ui/states';
import { lasting } from '../job';
import { type GraphNode, type Step, treeOf, useSteps } from './useJob';

/** Of so many called alike, only the first are shown. */
const SHOWN = 8;

/** The work chain as a tree: what it called, and how each of these is. */
export function Steps({ uuid, isOver }: { uuid: string; isOver: boolean }) {
  const steps = useSteps(uuid, isOver);
  return (
    <Card title="Steps">
      <Async query={steps}>
        {(graph) => {
          const tree = treeOf(graph);
          if (tree === undefined || tree.called.length === 0) {
            return (
              <p className="text-sm text-muted">{isOver ? 'It called nothing.' : 'Nothing has begun yet.'}</p>
            );
          }
          return (
            <>
              <Branch steps={tree.called} />
              {graph.after && (
                <p className="mt-2 text-xs text-muted">
                  More than {graph.nodes.length} processes: <Link href={`/graph/${uuid}`}>see the graph</Link>
                  .
                </p>
              )}
            </>
          );
        }}
      </Async>
    </Card>
  );
}

function Branch({ steps }: { steps: Step[] }) {
  const [isWhole, setWhole] = useState(false);
  // What is still running, or went wrong, is never among what is left out.
  const told = steps.filter((step, at) => at < SHOWN || stateOf(step.node) !== 'completed');
  const shown = isWhole ? steps : told;
  return (
    <ul className="flex flex-col">
      {shown.map((step) => (
        <Row key={step.node.uuid} step={step} />
      ))}
      {steps.length > shown.length && (
        <li>
          <Button size="s" kind="quiet" onClick={() => setWhole(true)}>
            {`${steps.length - shown.length} more, completed`}
          </Button>
        </li>
      )}
    </ul>
  );
}

type State = 'running' | 'completed' | 'failed' | 'killed';
const LOOKS = {
  running: ['text-run', LoaderCircle],
  completed: ['text-ok', CircleCheck],
  failed: ['text-bad', CircleX],
  killed: ['text-muted', CircleSlash],
} as const;

function stateOf({ process_state, exit_status }: GraphNode): State {
  if (process_state === 'killed') return 'killed';
  if (process_state === 'excepted') return 'failed';
  if (process_state !== 'finished') return 'running';
  return exit_status === 0 ? 'completed' : 'failed';
}

function Row({ step }: { step: Step }) {
  const { node, called } = step;
  const state = stateOf(node);
  const [chosen, setChosen] = useState<boolean>();
  const isOpen = chosen ?? state !== 'completed';
  const [colour, Icon] = LOOKS[state];
  const isCalculation = node.node_type.startsWith('process.calculation.calcjob');
  const kind = node.process_label || 'process';
  // A work chain that calls the same kind several times says by labels what each is.
  const name = node.label || kind;
  return (
    <li>
      <div className="flex min-h-7 items-center gap-1.5 text-sm">
        {called.length > 0 ? (
          <button
            type="button"
            aria-expanded={isOpen}
            aria-label={`${isOpen ? 'Fold' : 'Unfold'} ${name}`}
            onClick={() => setChosen(!isOpen)}
            className="flex size-5 shrink-0 items-center justify-center rounded text-muted hover:bg-hover pointer-coarse:size-9"
          >
            <ChevronRight
              aria-hidden
              size={14}
              className={classes('transition-transform', isOpen && 'rotate-90')}
            />
          </button>
        ) : (
          <span className="size-5 shrink-0 pointer-coarse:size-9" />
        )}
        <Icon
          aria-hidden
          size={14}
          className={classes(
            'shrink-0',
            colour,
            state === 'running' && 'animate-spin [animation-duration:2.4s]',
          )}
        />
        <span className="sr-only">{state}</span>
        <Link
          href={isCalculation ? `/jobs/${node.uuid}` : addressOfNode(node)}
          className="min-w-0 truncate text-text no-underline hover:underline"
          title={kind}
        >
          {name}
        </Link>
        {state === 'failed' && node.exit_status !== null && (
          <span className="shrink-0 text-xs text-bad tabular">{`exit ${node.exit_status}`}</span>
        )}
        <span className="ml-auto shrink-0 pl-2 text-xs text-muted tabular">
          {state === 'running' ? '' : lasting(node.ctime, node.mtime)}
        </span>
      </div>
      {isOpen && called.length > 0 && (
        <div className="ml-2.5 border-l border-line pl-2.5">
          <Branch steps={called} />
        </div>
      )}
    </li>
  );
}
