import '@fontsource-variable/inter';
import '@fontsource-variable/jetbrains-mono';
import '@/styles/globals.css';
import type { NextPage } from 'next';
import type { AppProps } from 'next/app';
import { Queries } from '@/shared/api/queries';
import { EventsProvider } from '@/shared/events/Events';
import { SessionProvider } from '@/shared/session/Session';
import { Shell } from '@/shared/shell/Shell';
import { ToastProvider } from '@/shared/ui/Toast';

/** A page says `open = true` when it is for who is not signed in, too: it then stands without the shell. */
export type OpenPage = NextPage & { open?: boolean };

export default function App({ Component, pageProps }: AppProps & { Component: OpenPage }) {
  const page = <Component {...pageProps} />;
  return (
    <Queries>
      <SessionProvider>
        <EventsProvider>
          <ToastProvider>{Component.open ? page : <Shell>{page}</Shell>}</ToastProvider>
        </EventsProvider>
      </SessionProvider>
    </Queries>
  );
}
