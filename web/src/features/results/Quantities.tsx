import { Async } from '@/shared/ui/states';
import { useNode } from './load';
import { Section } from './Section';
import { Summary } from './Summary';

/** The numbers of a dictionary that a job gave, under a title. */
export function Quantities({ title, uuid }: { title: string; uuid: string }) {
  const node = useNode(uuid);
  return (
    <Async query={node}>
      {({ attributes }) => (
        <Section title={title}>
          <Summary label={title} attributes={attributes} />
        </Section>
      )}
    </Async>
  );
}
