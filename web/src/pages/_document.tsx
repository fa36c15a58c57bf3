import { Head, Html, Main, NextScript } from 'next/document';

export default function Document() {
  return (
    <Html lang="en" suppressHydrationWarning>
      <Head>
        <link rel="icon" href="/icon.svg" type="image/svg+xml" />
        <meta name="description" content="NANO-OS: one provenance graph, from electrons to components." />
        {/* eslint-disable-next-line @next/next/no-sync-scripts -- the theme must be known before anything is painted */}
        <script src="/theme.js" />
      </Head>
      <body>
        <Main />
        <NextScript />
      </body>
    </Html>
  );
}
