import { useState } from 'react';
import type { components } from '@/shared/api/schema';
import { conflicts, contentOf, type Field, merge } from './content';
import { contentOfDraft, draftOf } from './MaterialForm';

type Material = components['schemas']['Material'];

/**
 * What is in the form, and the revision that it is based on: when a newer one comes, the draft goes on from that,
 * and `overtaken` are the fields that both have changed; null while nobody was faster.
 */
export function useDraft(newest: Material) {
  const [base, setBase] = useState(newest);
  const [draft, setDraft] = useState(() => draftOf(contentOf(newest)));
  const [overtaken, setOvertaken] = useState<Field[] | null>(null);
  if (newest.revision > base.revision) {
    const [before, mine, theirs] = [contentOf(base), contentOfDraft(draft), contentOf(newest)];
    setBase(newest);
    setDraft(draftOf(merge(before, mine, theirs)));
    setOvertaken([...(overtaken ?? []), ...conflicts(before, mine, theirs)]);
  }
  return { draft, setDraft, base, overtaken };
}
