import './reload';
import { ShieldX } from 'lucide-react';
import { useRouter } from 'next/router';
import { api } from '@/shared/api/client';
import { Page } from '@/shared/shell/Page';
import { ButtonLink } from '@/shared/ui/Button';
import { lazyViewer } from '@/shared/ui/lazyViewer';
import { Async, Empty } from '@/shared/ui/states';
import { Tabs } from '@/shared/ui/Tabs';

const People = lazyViewer(() => import('./People'), 'h-80');
const Computers = lazyViewer(() => import('./Computers'), 'h-40');
const Codes = lazyViewer(() => import('./Codes'), 'h-80');
const Health = lazyViewer(() => import('./Health'), 'h-80');
const Limits = lazyViewer(() => import('./Limits'), 'h-80');

/** What administrators look after; everybody else is told that it is not for them. */
export function AdministrationPage() {
  const me = api.useQuery('get', '/api/auth/me', {});
  return (
    <Page title="Administration">
      <Async query={me}>
        {({ role, email }) =>
          role === 'admin' ? (
            <Parts />
          ) : (
            <Empty
              icon={ShieldX}
              title="This page is for administrators"
              action={<ButtonLink href="/account">To your account</ButtonLink>}
            >
              You are signed in as <bdi>{email}</bdi>, with the role user. Another administrator can give you
              the role, or <code>nanoos user role</code> on the machine itself.
            </Empty>
          )
        }
      </Async>
    </Page>
  );
}

const PARTS = [
  { value: 'people', label: 'People', content: <People /> },
  {
    value: 'computers',
    label: 'Computers and codes',
    content: (
      <div className="flex flex-col gap-5">
        <Computers />
        <Codes />
      </div>
    ),
  },
  { value: 'health', label: 'Health and statistics', content: <Health /> },
  { value: 'limits', label: 'Limits', content: <Limits /> },
];

/** One part at a time; which one is in the address. */
function Parts() {
  const { query, replace } = useRouter();
  const part = PARTS.find(({ value }) => value === query.part)?.value ?? 'people';
  return (
    <Tabs
      label="Parts of the administration"
      tabs={PARTS}
      value={part}
      onChange={(value) => void replace({ query: { part: value } }, undefined, { shallow: true })}
    />
  );
}
