import { useRouter } from 'next/router';
import { isBelow } from '@/shared/shell/pages';
import { classes } from '@/shared/ui/classes';
import { RouteLink } from '@/shared/ui/RouteLink';

const PLACES = [
  { href: '/ml/models', label: 'Models' },
  { href: '/ml/datasets', label: 'Data sets' },
  { href: '/ml/predictions', label: 'Predictions' },
];

/** The pages of learning, above the content of each. */
export function Places() {
  const { asPath } = useRouter();
  const path = asPath.split(/[?#]/)[0] ?? '';
  return (
    <nav aria-label="Learning" className="-mt-1 shrink-0 border-b border-line">
      <ul className="flex gap-1 overflow-x-auto">
        {PLACES.map(({ href, label }) => {
          const isHere = isBelow(path, href);
          return (
            <li key={href} className="shrink-0">
              <RouteLink
                href={href}
                aria-current={isHere ? 'page' : undefined}
                className={classes(
                  '-mb-px flex items-center border-b-2 px-3 py-2 text-sm font-medium pointer-coarse:min-h-11',
                  isHere ? 'border-accent text-text' : 'border-transparent text-muted hover:text-text',
                )}
              >
                {label}
              </RouteLink>
            </li>
          );
        })}
      </ul>
    </nav>
  );
}
