import { Route, X } from 'lucide-react';
import { type SubmitEvent, type ReactNode, useState } from 'react';
import { nameOf } from '@/features/nodes/name';
import { messageOf } from '@/shared/api/errors';
import { Button, IconButton } from '@/shared/ui/Button';
import { Input } from '@/shared/ui/Field';
import type { Provenance } from './provenance';
import type { Path } from './usePath';

const UUID = /^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$/i;

/** What there is to say of the path that was asked for. */
export function PathBar({ path, graph }: { path: Path; graph: Provenance }) {
  const { ends, query, way } = path;
  if (ends === null) return null;
  const name = (uuid: string) => {
    const node = graph.nodes.get(uuid);
    return <bdi className="font-medium">{node ? nameOf(node).slice(0, 60) : uuid.slice(0, 8)}</bdi>;
  };
  let said: ReactNode;
  if (ends.to === undefined) said = <OtherEnd from={name(ends.from)} onChoose={path.to} />;
  else if (query.error) said = <span className="text-bad">{messageOf(query.error)}</span>;
  else if (!query.data) said = 'Looking for the shortest path…';
  else if (way.length === 0)
    said = (
      <>
        Nothing that you see joins {name(ends.from)} and {name(ends.to)}.
      </>
    );
  else
    said = (
      <>
        From {name(ends.from)} to {name(ends.to)}: {way.length === 2 ? 'one link' : `${way.length - 1} links`}
      </>
    );
  return (
    <div className="flex items-center gap-3 rounded-md border border-accent bg-accent-soft py-1 pr-1 pl-3 text-sm">
      <Route aria-hidden size={16} className="shrink-0 text-accent-text" />
      <div role="status" className="min-w-0 grow">
        {said}
      </div>
      <IconButton label="End with the path" icon={X} size="s" onClick={path.clear} />
    </div>
  );
}

function OtherEnd({ from, onChoose }: { from: ReactNode; onChoose: (uuid: string) => void }) {
  const [text, setText] = useState('');
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    if (UUID.test(text.trim())) onChoose(text.trim().toLowerCase());
  };
  return (
    <form onSubmit={submit} className="flex flex-wrap items-center gap-2">
      <span>Path from {from} to: choose a node in the graph, or give its UUID</span>
      <Input
        aria-label="UUID of the other end"
        placeholder="UUID"
        value={text}
        onChange={(event) => setText(event.target.value)}
        className="h-7! max-w-80"
      />
      <Button type="submit" size="s" disabled={!UUID.test(text.trim())}>
        Find
      </Button>
    </form>
  );
}
