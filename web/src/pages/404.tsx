import { Compass } from 'lucide-react';
import { Page } from '@/shared/shell/Page';
import { ButtonLink } from '@/shared/ui/Button';
import { Empty } from '@/shared/ui/states';

export default function NotFound() {
  return (
    <Page title="No such page">
      <Empty
        icon={Compass}
        title="There is no page at this address"
        action={<ButtonLink href="/">To the overview</ButtonLink>}
      >
        It may have been moved, or the address was not copied as a whole. To find a node by its UUID, press
        Ctrl K.
      </Empty>
    </Page>
  );
}
