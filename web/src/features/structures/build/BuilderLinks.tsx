import { RouteLink } from '@/shared/ui/RouteLink';
import { classes } from '@/shared/ui/classes';
import { builderLabel, type BuilderName, FROM_NOTHING, FROM_STRUCTURE } from './builders';

/** What can be built. */
export function BuilderLinks({
  current,
  structure,
}: {
  current: BuilderName;
  structure: string | undefined;
}) {
  const group = (title: string, names: BuilderName[]) => (
    <div className="flex flex-wrap items-center gap-x-1 gap-y-1">
      <span className="w-full text-xs font-medium text-muted md:w-32">{title}</span>
      {names.map((name) => (
        <RouteLink
          key={name}
          href={{
            pathname: '/structures/build',
            query: { builder: name, ...(structure ? { structure } : {}) },
          }}
          replace
          scroll={false}
          aria-current={name === current ? 'page' : undefined}
          className={classes(
            'inline-flex h-8 items-center rounded-md px-2.5 text-sm font-medium transition-colors pointer-coarse:min-h-11',
            name === current
              ? 'bg-accent-soft text-accent-text'
              : 'text-muted hover:bg-hover hover:text-text',
          )}
        >
          {builderLabel(name)}
        </RouteLink>
      ))}
    </div>
  );
  return (
    <nav aria-label="Builders" className="flex flex-col gap-1">
      {group('From parameters', FROM_NOTHING)}
      {group('From a structure', FROM_STRUCTURE)}
    </nav>
  );
}
