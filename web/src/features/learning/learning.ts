import { Archive, BadgeCheck, CircleDashed, type LucideIcon } from 'lucide-react';
import { format } from '@/features/results/quantity';
import type { components } from '@/shared/api/schema';
import type { BadgeKind } from '@/shared/ui/Badge';

export type ModelRow = components['schemas']['ModelRow'];
export type ModelDetail = components['schemas']['ModelDetail'];
export type Comparison = components['schemas']['Comparison'];
export type Parity = components['schemas']['Parity'];
export type DatasetRow = components['schemas']['DatasetRow'];
export type DatasetDetail = components['schemas']['DatasetDetail'];
export type Origin = components['schemas']['Origin'];
export type Prediction = components['schemas']['Prediction'];
export type Stage = ModelRow['stage'];

/** What is thought of a model, the best first. */
export const STAGES: Record<Stage, { word: string; kind: BadgeKind; icon: LucideIcon }> = {
  production: { word: 'Production', kind: 'ok', icon: BadgeCheck },
  candidate: { word: 'Candidate', kind: 'plain', icon: CircleDashed },
  archived: { word: 'Archived', kind: 'plain', icon: Archive },
};

export function isStage(text: unknown): text is Stage {
  return typeof text === 'string' && text in STAGES;
}

/** A number with its unit, `–` where there is none. */
export function told(value: number | null, unit = '', digits = 4): string {
  if (value === null) return '–';
  return unit === '' ? format(value, digits) : `${format(value, digits)} ${unit}`;
}

/** A part as per cent: `0.9` is `90 %`. */
export function percent(part: number | null): string {
  return part === null ? '–' : `${Number((100 * part).toFixed(1))} %`;
}

/** What a target is called by people: `bulk_modulus` is `bulk modulus`. */
export function inWords(name: string): string {
  return name.replaceAll('_', ' ');
}

/** An entry point without where it is from: `nanoos.train` is `train`. */
export function kindOfProcess(entryPoint: string): string {
  return entryPoint.replace(/^nanoos\./, '').replace(/^aiida\.\w+:/, '');
}
