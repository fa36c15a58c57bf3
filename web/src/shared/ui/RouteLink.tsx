import NextLink from 'next/link';
import type { ComponentProps } from 'react';

/**
 * Next's link, which loads the code of a page when the pointer or a finger comes to it. By itself it loads that of all
 * links in view at once, just when the page at hand asks for its data.
 */
export function RouteLink(props: ComponentProps<typeof NextLink>) {
  return <NextLink prefetch={false} {...props} />;
}
