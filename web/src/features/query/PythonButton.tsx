import { Code } from 'lucide-react';
import { useState } from 'react';
import { api } from '@/shared/api/client';
import { Button } from '@/shared/ui/Button';
import { CodeBlock } from '@/shared/ui/copy';
import { Dialog } from '@/shared/ui/Dialog';
import { Async } from '@/shared/ui/states';
import type { QueryDocument } from './rows';

/** The query as a program for AiiDA. */
export function PythonButton({ document }: { document: QueryDocument | null }) {
  const [isOpen, setOpen] = useState(false);
  const program = api.useQuery(
    'post',
    '/api/query/python',
    { body: document ?? {} },
    { enabled: isOpen && document !== null },
  );
  return (
    <>
      <Button icon={Code} disabled={document === null} onClick={() => setOpen(true)}>
        Python
      </Button>
      <Dialog
        wide
        open={isOpen}
        onOpenChange={setOpen}
        title="As Python"
        description="Run it where AiiDA has the profile: there it sees all nodes, not only those that you see here."
      >
        <Async query={program}>{({ code }) => <CodeBlock code={code} label="Python" />}</Async>
      </Dialog>
    </>
  );
}
