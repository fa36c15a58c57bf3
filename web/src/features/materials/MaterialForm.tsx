import type { ReactNode } from 'react';
import { Field, Input, Textarea } from '@/shared/ui/Field';
import { type Content, type Field as Name, NOTHING } from './content';
import { type Line, linesOf, metadataOf, wrongWith } from './metadata';
import { MetadataInput } from './MetadataInput';
import { TagInput } from './TagInput';

/** What is in the form: metadata as lines, which may be half written. */
export type Draft = Omit<Content, 'metadata'> & { lines: Line[] };

export const NEW: Draft = draftOf(NOTHING);

export function draftOf({ metadata, ...rest }: Content): Draft {
  return { ...rest, lines: linesOf(metadata) };
}

export function contentOfDraft({ lines, ...rest }: Draft): Content {
  return { ...rest, metadata: metadataOf(lines) };
}

/** What is wrong with a draft that can be said at once; the API says the rest. */
export function draftErrors(draft: Draft): Record<string, string> {
  const metadata = wrongWith(draft.lines);
  return metadata === undefined ? {} : { metadata };
}

/** The fields of a material; `beside` is shown below a field: what somebody else wrote there. */
export function MaterialForm({
  draft,
  onChange,
  errors,
  beside,
}: {
  draft: Draft;
  onChange: (draft: Draft) => void;
  errors: Record<string, string>;
  beside?: (field: Name) => ReactNode;
}) {
  const set = (changes: Partial<Draft>) => onChange({ ...draft, ...changes });
  const errorOf = (field: Name) =>
    errors[field] ?? Object.entries(errors).find(([where]) => where.startsWith(`${field}.`))?.[1];
  return (
    <div className="flex flex-col gap-4">
      <Field label="Name" error={errorOf('name')}>
        <Input value={draft.name} maxLength={200} onChange={(event) => set({ name: event.target.value })} />
      </Field>
      {beside?.('name')}
      <Field
        label="Formula"
        optional
        hint="As SiO2, Ca(OH)2 or La0.7Sr0.3MnO3; leave it empty where there is no fixed one."
        error={errorOf('formula')}
      >
        <Input
          value={draft.formula ?? ''}
          maxLength={200}
          spellCheck={false}
          autoCapitalize="off"
          onChange={(event) => set({ formula: event.target.value.trim() || null })}
        />
      </Field>
      {beside?.('formula')}
      <Field label="Description" optional error={errorOf('description')}>
        <Textarea
          value={draft.description}
          maxLength={20_000}
          onChange={(event) => set({ description: event.target.value })}
        />
      </Field>
      {beside?.('description')}
      <Field label="Tags" optional error={errorOf('tags')}>
        <TagInput value={draft.tags} onChange={(tags) => set({ tags })} />
      </Field>
      {beside?.('tags')}
      <fieldset className="min-w-0">
        <legend className="mb-1.5 text-sm font-medium">
          Metadata <span className="font-normal text-muted">optional</span>
        </legend>
        <MetadataInput value={draft.lines} onChange={(lines) => set({ lines })} />
        {errorOf('metadata') && (
          <p role="alert" className="mt-1 text-xs text-bad">
            {errorOf('metadata')}
          </p>
        )}
      </fieldset>
      {beside?.('metadata')}
    </div>
  );
}
