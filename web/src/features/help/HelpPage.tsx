import { ArrowUpRight } from 'lucide-react';
import { useSyncExternalStore } from 'react';
import { PAGES } from '@/shared/shell/pages';
import { Page } from '@/shared/shell/Page';
import { Card } from '@/shared/ui/Card';
import { CodeBlock } from '@/shared/ui/copy';
import { Link } from '@/shared/ui/Link';
import { ABOUT, DOCUMENTS, KEYS, MORE, STEPS } from './topics';

/** First steps, what is where, keys, and where to read on. */
export function HelpPage() {
  return (
    <Page title="Help">
      <div className="grid items-start gap-5 lg:grid-cols-2">
        <div className="flex min-w-0 flex-col gap-5">
          <FirstSteps />
          <Where />
        </div>
        <div className="flex min-w-0 flex-col gap-5">
          <Documents />
          <Keys />
          <Programs />
        </div>
      </div>
    </Page>
  );
}

function FirstSteps() {
  return (
    <Card title="First steps">
      <ol className="flex flex-col gap-4">
        {STEPS.map(({ title, text, href }, at) => (
          <li key={title} className="flex gap-3 text-sm">
            <span
              aria-hidden
              className="flex size-6 shrink-0 items-center justify-center rounded-full bg-accent-soft text-xs font-semibold text-accent-text tabular"
            >
              {at + 1}
            </span>
            <div className="min-w-0">
              <p className="font-medium">
                <Link href={href}>{title}</Link>
              </p>
              <p className="mt-0.5 text-muted">{text}</p>
            </div>
          </li>
        ))}
      </ol>
    </Card>
  );
}

function Where() {
  return (
    <Card title="What is where">
      <dl className="flex flex-col gap-3 text-sm">
        {[...PAGES, ...MORE].map(({ href, label, icon: Icon }) => (
          <div key={href}>
            <dt className="flex items-center gap-3 font-medium">
              <Icon aria-hidden size={16} className="shrink-0 text-muted" />
              <Link href={href}>{label}</Link>
            </dt>
            <dd className="ml-7 text-muted">{ABOUT[href]}</dd>
          </div>
        ))}
      </dl>
    </Card>
  );
}

function Documents() {
  return (
    <Card title="Read on">
      <ul className="flex flex-col gap-3 text-sm">
        {DOCUMENTS.map(({ href, title, text }) => (
          <li key={href}>
            {/* They are no pages of the application: the browser loads them as it loads any address. */}
            <a
              href={href}
              className="inline-flex items-center gap-1 font-medium text-accent-text underline decoration-current/30 underline-offset-3 hover:decoration-current"
            >
              {title}
              <ArrowUpRight aria-hidden size={14} />
            </a>
            <p className="text-muted">{text}</p>
          </li>
        ))}
      </ul>
    </Card>
  );
}

function Keys() {
  return (
    <Card title="Keyboard" flush>
      <table aria-label="Keys" className="w-full text-sm">
        <thead className="sr-only">
          <tr>
            <th scope="col">Keys</th>
            <th scope="col">What they do</th>
          </tr>
        </thead>
        <tbody>
          {KEYS.map(([keys, what]) => (
            <tr key={what} className="border-b border-line last:border-0">
              <td className="w-40 px-4 py-2 align-top whitespace-nowrap">
                {keys.map((key) => (
                  <kbd
                    key={key}
                    className="mr-1 rounded border border-line bg-sunken px-1.5 py-0.5 text-xs shadow-card"
                  >
                    {key}
                  </kbd>
                ))}
              </td>
              <td className="py-2 pr-4 text-muted">{what}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Card>
  );
}

/** The same graph from a program, with the address of this very instance. */
function Programs() {
  const origin = useSyncExternalStore(
    () => () => undefined,
    () => location.origin,
    () => '',
  );
  const code = `from nanoos_plugins.client import Client

client = Client('${origin}', token='nanoos_…')
for job in client.items('/jobs', status='FAILED'):
    print(job['label'], job['exit_message'])`;
  return (
    <Card title="From a program">
      <div className="flex flex-col gap-3 text-sm">
        <p className="text-muted">
          Whatever you see here, a program can do too. Make a token for it on the page{' '}
          <Link href="/account">Account</Link>.
        </p>
        <CodeBlock label="Python" code={code} />
      </div>
    </Card>
  );
}
