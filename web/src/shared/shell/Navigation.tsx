import { RouteLink } from '@/shared/ui/RouteLink';
import { useRouter } from 'next/router';
import { classes } from '@/shared/ui/classes';
import { isBelow, PAGES } from './pages';

/** The pages: beside the content, and below it on a phone. */
export function Navigation() {
  const { asPath } = useRouter();
  const path = asPath.split(/[?#]/)[0] ?? '/';
  return (
    <nav aria-label="Pages" className="max-md:border-t max-md:border-line md:px-3">
      <ul className="flex md:flex-col md:gap-0.5">
        {PAGES.map(({ href, label, icon: Icon, above = href }) => {
          const isHere = isBelow(path, above);
          return (
            <li key={href} className="min-w-0 grow">
              <RouteLink
                href={href}
                aria-current={isHere ? 'page' : undefined}
                className={classes(
                  'flex items-center rounded-md font-medium transition-colors max-md:h-14 max-md:flex-col max-md:justify-center max-md:gap-1 max-md:text-2xs md:h-8 md:gap-2.5 md:px-2.5 md:text-sm',
                  isHere ? 'text-accent-text md:bg-accent-soft' : 'text-muted hover:bg-hover hover:text-text',
                )}
              >
                <Icon aria-hidden className="size-5 shrink-0 md:size-4" strokeWidth={isHere ? 2.2 : 1.8} />
                <span className="truncate">{label}</span>
              </RouteLink>
            </li>
          );
        })}
      </ul>
    </nav>
  );
}
