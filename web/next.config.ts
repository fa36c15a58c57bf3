import type { NextConfig } from 'next';
import { PHASE_DEVELOPMENT_SERVER } from 'next/constants';

const config: NextConfig = {
  reactStrictMode: true,
  images: { unoptimized: true },
  // `npm run check` looks at the types; a build need not do it again.
  typescript: { ignoreBuildErrors: true },
};

/** Built, it is a folder of plain files that the API serves. Under `npm run dev` the API is asked through Node. */
export default function configOf(phase: string): NextConfig {
  if (phase !== PHASE_DEVELOPMENT_SERVER) return { ...config, output: 'export' };
  const api = process.env.NANOOS_API ?? 'http://127.0.0.1:8000';
  return {
    ...config,
    rewrites: () => Promise.resolve([{ source: '/api/:path*', destination: `${api}/api/:path*` }]),
  };
}
