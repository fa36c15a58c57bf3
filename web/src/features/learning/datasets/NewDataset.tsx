import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useRouter } from 'next/router';
import { type SubmitEvent, useState } from 'react';
import { fieldErrors } from '@/shared/api/errors';
import { Button } from '@/shared/ui/Button';
import { Dialog } from '@/shared/ui/Dialog';
import { ErrorPanel } from '@/shared/ui/states';
import { Tabs } from '@/shared/ui/Tabs';
import type { DatasetDetail } from '../learning';
import { CollectFields, EMPTY_COLLECT, collect } from './CollectFields';
import { collectForces, EMPTY_FORCES, ForceFields } from './ForceFields';
import { EMPTY_FILE, FileFields, uploadFile } from './FileFields';

type Way = 'file' | 'results' | 'forces';

/** Make a data set: of a file that was published, or of results or simulations in the graph. */
export default function NewDataset({ onClose }: { onClose: () => void }) {
  const router = useRouter();
  const queries = useQueryClient();
  const [way, setWay] = useState<Way>('file');
  const [file, setFile] = useState(EMPTY_FILE);
  const [results, setResults] = useState(EMPTY_COLLECT);
  const [forces, setForces] = useState(EMPTY_FORCES);
  const makers: Record<Way, () => Promise<DatasetDetail>> = {
    file: () => uploadFile(file),
    results: () => collect(results),
    forces: () => collectForces(forces),
  };
  const make = useMutation({
    mutationFn: () => makers[way](),
    onSuccess: ({ uuid }) => {
      void queries.invalidateQueries({ queryKey: ['get', '/api/ml/datasets'] });
      void router.push(`/ml/datasets/${uuid}`);
    },
  });
  const isWhole = {
    file: file.file !== null && file.target.trim() !== '',
    results: results.name.trim() !== '' && results.quantity.trim() !== '',
    forces: forces.name.trim() !== '',
  }[way];
  const errors = fieldErrors(make.error);
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    if (isWhole && !make.isPending) make.mutate();
  };
  return (
    <Dialog
      wide
      open
      onOpenChange={(open) => open || make.isPending || onClose()}
      title="Make a data set"
      description="Rows that cannot be used are left out, and each is told with its reason."
      footer={
        <>
          {make.isPending && (
            <span role="status" className="mr-auto self-center text-sm text-muted">
              Every structure is read and compared with the others…
            </span>
          )}
          <Button onClick={onClose} disabled={make.isPending}>
            Cancel
          </Button>
          <Button kind="primary" type="submit" form="new-dataset" busy={make.isPending} disabled={!isWhole}>
            Make it
          </Button>
        </>
      }
    >
      <form id="new-dataset" noValidate onSubmit={submit}>
        <Tabs
          label="Where it is from"
          value={way}
          onChange={(next) => {
            make.reset();
            setWay(next as Way);
          }}
          tabs={[
            {
              value: 'file',
              label: 'A published file',
              content: <FileFields value={file} errors={errors} onChange={setFile} />,
            },
            {
              value: 'results',
              label: 'Results in the graph',
              content: <CollectFields value={results} errors={errors} onChange={setResults} />,
            },
            {
              value: 'forces',
              label: 'Energies and forces',
              content: <ForceFields value={forces} errors={errors} onChange={setForces} />,
            },
          ]}
        />
        {make.error && (
          <div className="mt-4 rounded-md bg-bad-soft">
            <ErrorPanel error={make.error} title="No data set was made" />
          </div>
        )}
      </form>
    </Dialog>
  );
}
