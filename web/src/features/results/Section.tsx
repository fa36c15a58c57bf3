import type { ReactNode } from 'react';
import { Card } from '@/shared/ui/Card';

/** A part of the results. */
export function Section({ title, children }: { title?: string; children: ReactNode }) {
  return <Card title={title}>{children}</Card>;
}
