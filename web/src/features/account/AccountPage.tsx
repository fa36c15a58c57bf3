import './reload';
import { LogOut } from 'lucide-react';
import { useSession } from '@/shared/session/Session';
import { Page } from '@/shared/shell/Page';
import { Button } from '@/shared/ui/Button';
import { useToast } from '@/shared/ui/Toast';
import { messageOf } from '@/shared/api/errors';
import { Codes } from './Codes';
import { Computers } from './Computers';
import { Identity } from './Identity';
import { Password } from './Password';
import { Tokens } from './Tokens';

/** Who is signed in, how they and their programs get in, and where they may compute. */
export function AccountPage() {
  return (
    <Page title="Account" actions={<SignOut />}>
      <div className="grid items-start gap-5 xl:grid-cols-[minmax(0,5fr)_minmax(0,3fr)]">
        <div className="flex min-w-0 flex-col gap-5">
          <Tokens />
          <Computers />
          <Codes />
        </div>
        <div className="flex min-w-0 flex-col gap-5">
          <Identity />
          <Password />
        </div>
      </div>
    </Page>
  );
}

function SignOut() {
  const { signOut } = useSession();
  const toast = useToast();
  const leave = () =>
    signOut().catch((error: unknown) =>
      toast({ kind: 'bad', title: 'Not signed out', detail: messageOf(error) }),
    );
  return (
    <Button icon={LogOut} onClick={() => void leave()}>
      Sign out
    </Button>
  );
}
