import { useRouter } from 'next/router';
import { type SubmitEvent, useState } from 'react';
import { Button } from '@/shared/ui/Button';
import { Dialog } from '@/shared/ui/Dialog';
import { Field, Textarea } from '@/shared/ui/Field';
import { ErrorPanel } from '@/shared/ui/states';
import { useOwnRun } from './useRun';

const EXAMPLE = `name: mine
description: the energy of copper
structures:
  crystal: {description: fcc copper, bulk: {formula: Cu, crystal: fcc, a: 3.6}}
steps:
  first:
    template: lammps-eam-cu
    structure: crystal
report:
  energy: first.results.energy
`;

/** Run a chain that one has written: a document of YAML. */
export default function OwnChain({ onClose }: { onClose: () => void }) {
  const router = useRouter();
  const [text, setText] = useState(EXAMPLE);
  const { run, isSending, error } = useOwnRun();
  const send = async (event: SubmitEvent) => {
    event.preventDefault();
    const job = await run({ chain: text });
    if (job) void router.push(`/jobs/${job.uuid}`);
  };
  return (
    <Dialog
      wide
      open
      onOpenChange={(open) => open || onClose()}
      title="Run a chain of your own"
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" form="own-chain" kind="primary" busy={isSending}>
            Run
          </Button>
        </>
      }
    >
      <form id="own-chain" onSubmit={(event) => void send(event)} className="flex flex-col gap-4">
        <Field
          label="The chain"
          hint={
            <>
              {'YAML, as in '}
              <a href="/docs/multiscale" target="_blank" className="text-accent-text underline">
                Chains over the scales
              </a>
              ; JSON is YAML too.
            </>
          }
        >
          <Textarea
            rows={16}
            spellCheck={false}
            dir="ltr"
            className="font-mono text-xs"
            value={text}
            onChange={(event) => setText(event.target.value)}
          />
        </Field>
        {error !== null && (
          <div className="rounded-md bg-bad-soft">
            <ErrorPanel error={error} title="The chain was not submitted" />
          </div>
        )}
      </form>
    </Dialog>
  );
}
