import { ExternalLink, LocateFixed, X } from 'lucide-react';
import { createElement, type ReactNode, useState } from 'react';
import { api } from '@/shared/api/client';
import type { components } from '@/shared/api/schema';
import { addressOfNode, kindOf } from '@/shared/nodes/kinds';
import { ButtonLink, IconButton } from '@/shared/ui/Button';
import { CopyId } from '@/shared/ui/copy';
import { Async } from '@/shared/ui/states';
import { StatusBadge } from '@/shared/ui/StatusBadge';
import { Tabs } from '@/shared/ui/Tabs';
import { TimeAgo } from '@/shared/ui/TimeAgo';
import { Files } from './Files';
import { Links } from './Links';
import { nameOf, wordOf } from './name';
import { statusOf } from './status';
import { Tree } from './Tree';
import { viewerOf } from './viewers';

type NodeContent = components['schemas']['NodeContent'];
type Props = {
  uuid: string;
  isCentre: boolean;
  onClose: () => void;
  /** Go to another node, which may not be shown yet. */
  onGo: (uuid: string) => void;
  isShown: (uuid: string) => boolean;
  actions?: ReactNode;
};

/** All there is to know of a node, beside the graph that it is in. */
export function NodePanel(props: Props) {
  const { uuid, onClose } = props;
  const node = api.useQuery('get', '/api/nodes/{uuid}', { params: { path: { uuid } } });
  return (
    // eslint-disable-next-line jsx-a11y/no-noninteractive-element-interactions -- Escape closes it, wherever inside
    <aside
      id="node-panel"
      tabIndex={-1}
      aria-label="The chosen node"
      onKeyDown={(event) => {
        if (event.key === 'Escape') onClose();
      }}
      className="flex w-88 shrink-0 flex-col overflow-y-auto border-l border-line bg-surface p-4 outline-none max-md:fixed max-md:inset-x-0 max-md:bottom-0 max-md:z-30 max-md:max-h-[65dvh] max-md:w-auto max-md:animate-appear max-md:rounded-t-xl max-md:border-t max-md:border-l-0 max-md:bg-raised max-md:shadow-raised"
    >
      <Async query={node}>{(content) => <Parts {...props} node={content} />}</Async>
    </aside>
  );
}

function Parts({ node, isCentre, onClose, onGo, isShown, actions }: Props & { node: NodeContent }) {
  const [tab, setTab] = useState('about');
  const { word, icon: Icon } = kindOf(node.node_type);
  const status = statusOf(node);
  const page = addressOfNode(node);
  const goOrOpen = (uuid: string) => {
    if (isShown(uuid)) onGo(uuid);
    else window.open(`/graph/${uuid}`, '_self');
  };
  return (
    <>
      <header className="flex items-start gap-2">
        <Icon aria-hidden size={18} className="mt-0.5 shrink-0 text-muted" />
        <div className="min-w-0 grow">
          <h2 dir="auto" title={nameOf(node).slice(0, 1000)} className="truncate font-semibold">
            {nameOf(node).slice(0, 300)}
          </h2>
          <p className="truncate text-xs text-muted empty:hidden">
            {[...new Set([word, wordOf(node)])].filter((one) => one !== nameOf(node)).join(' · ')}
          </p>
        </div>
        <IconButton label="Close" icon={X} size="s" onClick={onClose} />
      </header>
      <div className="mt-3 flex flex-wrap items-center gap-2">
        {status && <StatusBadge status={status} />}
        {node.exit_status ? <span className="text-xs text-muted">exit status {node.exit_status}</span> : null}
      </div>
      <div className="mt-2 flex flex-wrap gap-2 empty:hidden">
        {page !== `/graph/${node.uuid}` && (
          <ButtonLink size="s" icon={ExternalLink} href={page}>
            Open its page
          </ButtonLink>
        )}
        {!isCentre && (
          <ButtonLink size="s" icon={LocateFixed} href={`/graph/${node.uuid}`}>
            Make it the centre
          </ButtonLink>
        )}
        {actions}
      </div>
      <div className="mt-3">
        <Tabs
          label="Parts of the node"
          value={tab}
          onChange={setTab}
          tabs={[
            { value: 'about', label: 'About', content: <About node={node} /> },
            { value: 'data', label: 'Data', content: <Data node={node} /> },
            { value: 'files', label: 'Files', content: <Files uuid={node.uuid} /> },
            { value: 'links', label: 'Links', content: <Links uuid={node.uuid} onGo={goOrOpen} /> },
          ]}
        />
      </div>
    </>
  );
}

function About({ node }: { node: NodeContent }) {
  const viewer = viewerOf(node.node_type);
  const facts: [string, ReactNode][] = [
    ['UUID', <CopyId key="uuid" id={node.uuid} />],
    ['Owner', <bdi key="owner">{node.owner}</bdi>],
    ['Made', <TimeAgo key="made" time={node.ctime} />],
    ['Changed', <TimeAgo key="changed" time={node.mtime} />],
    ['Type', <code key="type">{node.node_type.replace(/\.$/, '')}</code>],
  ];
  if (node.process_type) facts.push(['Process', <code key="process">{node.process_type}</code>]);
  return (
    <div className="flex flex-col gap-4">
      <dl className="grid grid-cols-[5rem_minmax(0,1fr)] items-center gap-x-3 gap-y-1.5 text-sm">
        {facts.map(([term, fact]) => (
          <div key={term} className="contents">
            <dt className="text-xs text-muted">{term}</dt>
            <dd className="min-w-0 wrap-anywhere">{fact}</dd>
          </div>
        ))}
      </dl>
      {node.description && (
        <p dir="auto" className="text-sm wrap-anywhere whitespace-pre-line">
          {node.description.slice(0, 5000)}
        </p>
      )}
      {viewer && createElement(viewer, { uuid: node.uuid, attributes: node.attributes })}
    </div>
  );
}

function Data({ node }: { node: NodeContent }) {
  return (
    <div className="flex flex-col gap-3">
      {(['attributes', 'extras'] as const).map((part) => (
        <section key={part}>
          <h3 className="mb-1 text-xs font-medium text-muted">
            {part === 'attributes' ? 'Attributes' : 'Extras'}
          </h3>
          {Object.keys(node[part]).length === 0 ? (
            <p className="text-sm text-muted">None</p>
          ) : (
            <Tree label={part} value={node[part]} />
          )}
        </section>
      ))}
    </div>
  );
}
