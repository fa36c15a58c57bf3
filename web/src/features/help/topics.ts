import { KeyRound, Share2, ShieldCheck } from 'lucide-react';
import type { PageEntry } from '@/shared/shell/pages';

export const STEPS = [
  {
    title: 'Bring a structure',
    text: 'Drop a CIF, POSCAR or XYZ file, or build one: bulk, slab, nanoparticle, nanotube. Its material is made with it.',
    href: '/structures',
  },
  {
    title: 'Run a simulation of it',
    text: 'Choose what to compute and with which engine. Every parameter has its unit and its meaning beside it.',
    href: '/structures',
  },
  {
    title: 'Watch it and read the results',
    text: 'A job reports while it runs, without loading the page again. When it fails, it says why and what to try.',
    href: '/jobs',
  },
  {
    title: 'Follow where a result came from',
    text: 'Every value is a node of one provenance graph: open the graph from any node, down to the file that you uploaded.',
    href: '/jobs',
  },
  {
    title: 'Share it, or take it along',
    text: 'Put nodes into a group, share the group, or export it as an AiiDA archive that verdi reads anywhere.',
    href: '/groups',
  },
];

/** Pages beside those of the navigation. */
export const MORE: PageEntry[] = [
  { href: '/sharing', label: 'Sharing', icon: Share2 },
  { href: '/account', label: 'Account', icon: KeyRound },
  { href: '/administration', label: 'Administration', icon: ShieldCheck },
];

/** What a page is for, by its address. */
export const ABOUT: Record<string, string> = {
  '/': 'What runs, what ended and why, how many nodes there are, and whether all is well.',
  '/materials': 'What structures, jobs and results are about: find, make, revise and share.',
  '/structures': 'Cells and molecules in 3D; upload, build, measure, export, simulate.',
  '/jobs': 'Everything that was submitted: progress, reports, results, and what went wrong.',
  '/chains': 'From electrons to a component: steps over the scales, each with what those before it found.',
  '/ml/models': 'Data sets, models that learn from them, and predictions that say how sure they are.',
  '/groups': 'Nodes that belong together; share them, or export and import them as archives.',
  '/query': 'Ask the whole graph, in the words of AiiDA’s QueryBuilder.',
  '/sharing': 'What others share with you, and what you share.',
  '/account': 'Your password, tokens for programs, computers and codes that you may use.',
  '/administration': 'For administrators: people, computers and codes, health, limits.',
};

export const DOCUMENTS = [
  { href: '/docs/tutorial', title: 'Tutorial', text: 'Your first material, step by step.' },
  { href: '/docs/how-to', title: 'How-to guides', text: 'One question each, on the command line.' },
  { href: '/docs/reference', title: 'Reference', text: 'Workflows, engines, units, exit codes.' },
  { href: '/docs/api', title: 'The API', text: 'How a program signs in, reads, submits and listens.' },
  { href: '/api/docs', title: 'API reference', text: 'Every request and answer; try them here.' },
  {
    href: '/docs/learning',
    title: 'Learning',
    text: 'Features, models, intervals, and how they were checked.',
  },
  { href: '/docs/querying', title: 'Querying', text: 'What a query may say, and what it costs.' },
  { href: '/docs/explanation', title: 'Why it is built this way', text: 'The ideas behind it.' },
];

export const KEYS: [keys: string[], what: string][] = [
  [['Ctrl', 'K'], 'Search: go to a page, a material or, by its UUID, to any node'],
  [['Tab'], 'To the next thing that can be used; the first one skips to the content'],
  [['↑', '↓'], 'In a list, from row to row; in a menu, from entry to entry'],
  [['Enter'], 'Open the row, press the button'],
  [['Space'], 'Choose an element of the periodic table, tick a box'],
  [['Esc'], 'Close a dialog, a menu or the search'],
];
