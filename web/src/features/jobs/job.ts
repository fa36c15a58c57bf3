import { api } from '@/shared/api/client';
import type { components } from '@/shared/api/schema';
import type { JobStatus } from '@/shared/ui/StatusBadge';

export type Job = components['schemas']['Job'];
export type JobRow = components['schemas']['JobRow'];
export type JobDetail = components['schemas']['JobDetail'];
export type Workflow = components['schemas']['NewJob']['workflow'];

/** What can be computed, in the order in which one looks for it. */
export const WORKFLOWS: Record<Workflow, { word: string; does: string }> = {
  relax: { word: 'Relaxation', does: 'Positions and cell at the minimum of the energy' },
  eos: { word: 'Equation of state', does: 'Volume, bulk modulus and its derivative' },
  elastic: { word: 'Elastic constants', does: 'The elastic tensor and the moduli' },
  bands: { word: 'Bands', does: 'Electronic bands, density of states and gap' },
  md: { word: 'Molecular dynamics', does: 'Averages, g(r) and diffusion at a temperature' },
  vacancy: { word: 'Vacancy', does: 'Formation and migration of a vacancy' },
  phonons: { word: 'Phonons', does: 'Dispersion, stability and thermal properties' },
  conductivity: {
    word: 'Thermal conductivity',
    does: 'Of the lattice, from the flux of heat in equilibrium',
  },
  melting: { word: 'Melting point', does: 'Where crystal and melt stay side by side' },
  expansion: { word: 'Thermal expansion', does: 'Expansion, bulk modulus and heat capacity when warm' },
  surfaces: { word: 'Surfaces', does: 'Surface energies, equilibrium shape and a particle' },
  simulation: { word: 'Single simulation', does: 'One run of an engine, of any task' },
};

const FINAL = new Set<JobStatus>(['COMPLETED', 'FAILED', 'KILLED']);

/** Whether nothing more will happen. */
export function isFinal(job: { status: JobStatus }): boolean {
  return FINAL.has(job.status);
}

/** The entry point of a job without where it is from: `nanoos.relax` is `relax`. */
export function workflowOf(job: { workflow: string }): string {
  return job.workflow.replace(/^(aiida\.calculations:)?nanoos\./, '');
}

/** What else is a job, submitted by pages of its own. */
const OTHERS: Record<string, string> = { multiscale: 'Chain', train: 'Training', training: 'Training' };

/** What a job computes, for people. */
export function wordOf(job: { workflow: string }): string {
  const name = workflowOf(job);
  if (name in OTHERS) return OTHERS[name] ?? name;
  return name in WORKFLOWS ? WORKFLOWS[name as Workflow].word : name.replace(/^aiida\.\w+:/, '');
}

/** What a job is called: its label, else what it computes. */
export function nameOf(job: { label: string; workflow: string }): string {
  return job.label || workflowOf(job);
}

/** How long something took: `12 s`, `3 min 20 s`, `2 h 5 min`. */
export function lasting(begin: string, end: string | number): string {
  const seconds = Math.max(0, Math.round((new Date(end).getTime() - new Date(begin).getTime()) / 1000));
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min ${seconds % 60} s`;
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? `${hours} h ${minutes % 60} min` : `${Math.floor(hours / 24)} d ${hours % 24} h`;
}

/** The engines by name. */
export function useEngines() {
  return api.useQuery('get', '/api/engines', {}, { staleTime: Infinity });
}
