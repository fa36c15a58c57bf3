import { Moon, Sun } from 'lucide-react';
import { useSyncExternalStore } from 'react';
import { IconButton } from '@/shared/ui/Button';

export type Theme = 'light' | 'dark';

const KEY = 'nanoos.theme';
const listeners = new Set<() => void>();

function current(): Theme {
  return document.documentElement.dataset.theme === 'dark' ? 'dark' : 'light';
}

function onTheme(listener: () => void): () => void {
  const system = matchMedia('(prefers-color-scheme: dark)');
  const follow = () => {
    if (localStorage.getItem(KEY) === null) set(system.matches ? 'dark' : 'light');
  };
  listeners.add(listener);
  system.addEventListener('change', follow);
  return () => {
    listeners.delete(listener);
    system.removeEventListener('change', follow);
  };
}

function set(theme: Theme): void {
  document.documentElement.dataset.theme = theme;
  listeners.forEach((tell) => tell());
}

/** `light` or `dark`, for what CSS variables do not reach: viewers and charts. */
export function useTheme(): Theme {
  return useSyncExternalStore(onTheme, current, () => 'light');
}

export function ThemeToggle() {
  const theme = useTheme();
  const other = theme === 'dark' ? 'light' : 'dark';
  const choose = () => {
    localStorage.setItem(KEY, other);
    set(other);
  };
  return (
    <IconButton label={`Use the ${other} theme`} icon={theme === 'dark' ? Sun : Moon} onClick={choose} />
  );
}
