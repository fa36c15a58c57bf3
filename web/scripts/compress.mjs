// Each text file once as small as it gets, for the API to send as it is; the last thing that a build writes.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

const out = new URL('../out', import.meta.url).pathname;
for (const entry of readdirSync(out, { recursive: true, withFileTypes: true })) {
  const path = join(entry.parentPath, entry.name);
  if (!entry.isFile() || !/\.(html|js|css|json|svg|txt|map)$/.test(entry.name)) continue;
  const content = readFileSync(path);
  if (content.length >= 1000) writeFileSync(`${path}.gz`, gzipSync(content, { level: 9 }));
}
writeFileSync(join(out, 'ready'), '');
