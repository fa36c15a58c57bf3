import { RouteLink } from './RouteLink';
import type { ComponentProps } from 'react';
import { classes } from './classes';

/** A link in running text. */
export function Link({ className, ...rest }: ComponentProps<typeof RouteLink>) {
  return (
    <RouteLink
      {...rest}
      className={classes(
        'text-accent-text underline decoration-current/30 underline-offset-3 hover:decoration-current',
        className,
      )}
    />
  );
}
