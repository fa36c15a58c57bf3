import {
  Atom,
  GraduationCap,
  FolderTree,
  Gem,
  LayoutDashboard,
  ListChecks,
  type LucideIcon,
  ScanSearch,
  Waypoints,
} from 'lucide-react';

export type PageEntry = {
  href: string;
  label: string;
  icon: LucideIcon;
  /** The address that all of its pages are below, when that is not its own. */
  above?: string;
};

/** What the navigation shows, in its order. */
export const PAGES: PageEntry[] = [
  { href: '/', label: 'Overview', icon: LayoutDashboard },
  { href: '/materials', label: 'Materials', icon: Gem },
  { href: '/structures', label: 'Structures', icon: Atom },
  { href: '/jobs', label: 'Jobs', icon: ListChecks },
  { href: '/chains', label: 'Chains', icon: Waypoints },
  { href: '/ml/models', label: 'Learning', icon: GraduationCap, above: '/ml' },
  { href: '/groups', label: 'Groups', icon: FolderTree },
  { href: '/query', label: 'Query', icon: ScanSearch },
];

/** Whether an address is a page or below it. */
export function isBelow(path: string, page: string): boolean {
  return page === '/' ? path === '/' : path === page || path.startsWith(`${page}/`);
}
