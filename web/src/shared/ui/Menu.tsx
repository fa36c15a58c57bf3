import type { LucideIcon } from 'lucide-react';
import { RouteLink } from './RouteLink';
import { DropdownMenu as Radix } from 'radix-ui';
import type { ReactNode } from 'react';
import { classes } from './classes';

export type MenuItem =
  | ({ label: string; icon?: LucideIcon; danger?: boolean; disabled?: boolean } & (
      { href: string } | { onSelect: () => void }
    ))
  | 'line';

const ITEM =
  'flex w-full items-center gap-2.5 rounded px-2 py-1.5 text-sm outline-none data-[disabled]:opacity-50 data-[highlighted]:bg-hover pointer-coarse:min-h-11';

/** `<Menu trigger={<Button>More</Button>} items={[{ label: 'Share', icon: Share, onSelect }]} />` */
export function Menu({
  trigger,
  title,
  items,
}: {
  trigger: ReactNode;
  title?: ReactNode;
  items: MenuItem[];
}) {
  return (
    <Radix.Root>
      <Radix.Trigger asChild>{trigger}</Radix.Trigger>
      <Radix.Portal>
        <Radix.Content
          align="end"
          sideOffset={6}
          collisionPadding={8}
          className="z-50 max-w-80 min-w-48 animate-appear rounded-lg border border-line bg-raised p-1 shadow-raised"
        >
          {title !== undefined && <Radix.Label className="px-2 py-1.5">{title}</Radix.Label>}
          {items.map((item, index) =>
            item === 'line' ? (
              <Radix.Separator key={index} className="my-1 h-px bg-line" />
            ) : (
              <Item key={item.label} item={item} />
            ),
          )}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}

function Item({ item }: { item: Exclude<MenuItem, 'line'> }) {
  const content = (
    <>
      {item.icon && <item.icon aria-hidden size={15} className={item.danger ? undefined : 'text-muted'} />}
      {item.label}
    </>
  );
  const look = classes(ITEM, item.danger && 'text-bad');
  if ('href' in item) {
    return (
      <Radix.Item asChild disabled={item.disabled}>
        <RouteLink href={item.href} className={look}>
          {content}
        </RouteLink>
      </Radix.Item>
    );
  }
  return (
    <Radix.Item disabled={item.disabled} onSelect={item.onSelect} className={look}>
      {content}
    </Radix.Item>
  );
}
