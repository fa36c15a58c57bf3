import { useQuery } from '@tanstack/react-query';
import { Play } from 'lucide-react';
import { useEffect, useMemo, useState } from 'react';
import { api, client } from '@/shared/api/client';
import { ApiError, messageOf } from '@/shared/api/errors';
import { Page } from '@/shared/shell/Page';
import { Button } from '@/shared/ui/Button';
import { Card } from '@/shared/ui/Card';
import { lazyViewer } from '@/shared/ui/lazyViewer';
import { Check } from './Check';
import type { EditorProps } from './Editor';
import { EXAMPLES } from './examples';
import { withWord } from './meant';
import { OpenButton, SaveButton } from './Library';
import { PythonButton } from './PythonButton';
import { Results } from './Results';
import { type QueryDocument, type Run, useRows } from './rows';

const Editor = lazyViewer<EditorProps>(() => import('./Editor'), 'h-full');
/** [ms] After the last key, before the API is asked whether the query is right. */
const PAUSE = 350;

/** Ask the graph anything. */
export function QueryPage() {
  const [text, setText] = useState(EXAMPLES[0]?.text ?? '{}');
  const [run, setRun] = useState<Run | null>(null);
  const rows = useRows(run);
  const document = useMemo(() => parsed(text), [text]);
  const check = useCheck(document);
  const vocabulary = api.useQuery('get', '/api/query/vocabulary', {}, { staleTime: Infinity });
  const start = () => {
    if (document !== null) setRun((before) => ({ document, number: (before?.number ?? 0) + 1 }));
  };
  const problem = document === null ? 'This is no JSON yet.' : check.problem;
  return (
    <Page
      title="Query"
      subtitle={
        <>
          Ask the graph in AiiDA’s words; what a query may say is under{' '}
          <a href="/docs/querying" className="text-accent-text underline">
            Querying
          </a>
          .
        </>
      }
      actions={
        <>
          <OpenButton onOpen={setText} />
          <SaveButton text={text} />
          <PythonButton document={document} />
          <Button
            kind="primary"
            icon={Play}
            busy={rows.isFetching && rows.items.length === 0}
            disabled={document === null}
            aria-keyshortcuts="Control+Enter"
            title="Ctrl Enter"
            onClick={start}
          >
            Run
          </Button>
        </>
      }
    >
      <div className="grid items-start gap-5 xl:grid-cols-[minmax(0,5fr)_minmax(0,3fr)]">
        <Card
          flush
          className="h-88 overflow-hidden *:h-full focus-within:outline-2 focus-within:outline-accent"
        >
          <Editor
            text={text}
            onText={setText}
            onRun={start}
            problem={document === null ? null : check.problem}
            vocabulary={vocabulary.data}
          />
        </Card>
        <Card title="Check">
          <Check
            problem={problem}
            explanation={check.explanation}
            onUse={(word) => setText(withWord(text, problem ?? '', word))}
          />
        </Card>
      </div>
      <Results run={run} rows={rows} />
    </Page>
  );
}

function parsed(text: string): QueryDocument | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as QueryDocument)
      : null;
  } catch {
    return null;
  }
}

/** What the API says of a query: what is wrong with it, or what it will cost. */
function useCheck(document: QueryDocument | null) {
  const [settled, setSettled] = useState(document);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(document), PAUSE);
    return () => clearTimeout(timer);
  }, [document]);
  const { data, error } = useQuery({
    queryKey: ['post', '/api/query/explain', settled],
    enabled: settled !== null,
    queryFn: async ({ signal }) => {
      try {
        const answer = await client.POST('/api/query/explain', { body: settled ?? {}, signal });
        return { explanation: answer.data, problem: null };
      } catch (wrong) {
        // A query that is wrong is an answer too.
        if (wrong instanceof ApiError && wrong.status === 422) return { problem: wrong.detail };
        throw wrong;
      }
    },
  });
  return { explanation: data?.explanation, problem: data?.problem ?? (error ? messageOf(error) : null) };
}
