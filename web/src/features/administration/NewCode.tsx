import { useQueryClient } from '@tanstack/react-query';
import { type SubmitEvent, useState } from 'react';
import { api } from '@/shared/api/client';
import { fieldErrors } from '@/shared/api/errors';
import { Button } from '@/shared/ui/Button';
import { Dialog } from '@/shared/ui/Dialog';
import { Field, Input, Select, Textarea } from '@/shared/ui/Field';
import { Async, ErrorPanel } from '@/shared/ui/states';
import { useToast } from '@/shared/ui/Toast';

const EMPTY = { label: '', computer: '', plugin: '', executable: '', description: '', prepend_text: '' };

/** Provide a program to all who can submit to a computer. */
export default function NewCode({ onClose }: { onClose: () => void }) {
  const [body, setBody] = useState(EMPTY);
  const computers = api.useQuery('get', '/api/computers', {});
  const queries = useQueryClient();
  const toast = useToast();
  const make = api.useMutation('post', '/api/codes', {
    onSuccess: () => {
      void queries.invalidateQueries({ queryKey: ['get', '/api/codes'] });
      toast({ title: `${body.label} is provided` });
      onClose();
    },
  });
  const errors = fieldErrors(make.error);
  const text = (key: keyof typeof EMPTY) => ({
    value: body[key],
    onChange: (event: { target: { value: string } }) => setBody({ ...body, [key]: event.target.value }),
  });
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    make.mutate({ body });
  };
  return (
    <Dialog
      open
      onOpenChange={onClose}
      title="New code"
      description="Everybody who can submit to the computer can run it."
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" form="new-code" kind="primary" busy={make.isPending}>
            Provide it
          </Button>
        </>
      }
    >
      <Async query={computers}>
        {(found) => (
          <form id="new-code" onSubmit={submit} className="flex flex-col gap-4">
            <Field label="Label" hint="Letters, digits and . _ + -" error={errors.label}>
              <Input required maxLength={100} {...text('label')} />
            </Field>
            <Field label="Computer" error={errors.computer}>
              <Select required {...text('computer')}>
                <option value="">choose…</option>
                {found.map((one) => (
                  <option key={one.uuid} value={one.uuid}>
                    {one.label}
                  </option>
                ))}
              </Select>
            </Field>
            <Field
              label="Calculation"
              hint="Plugin of AiiDA that it is for, quantumespresso.pw"
              error={errors.plugin}
            >
              <Input required {...text('plugin')} />
            </Field>
            <Field label="Program" hint="Absolute path on the computer." error={errors.executable}>
              <Input required {...text('executable')} />
            </Field>
            <Field label="Description" optional error={errors.description}>
              <Input {...text('description')} />
            </Field>
            <Field label="Shell lines before every calculation" optional error={errors.prepend_text}>
              <Textarea rows={3} spellCheck={false} className="font-mono text-xs" {...text('prepend_text')} />
            </Field>
            {make.error && (
              <div className="rounded-md bg-bad-soft">
                <ErrorPanel error={make.error} title="Nothing was provided" />
              </div>
            )}
          </form>
        )}
      </Async>
    </Dialog>
  );
}
