// Swagger UI beside the page that shows it, public/api/docs.html: nothing is asked of another host.
import { copyFileSync } from 'node:fs';

const from = new URL('../node_modules/swagger-ui-dist/', import.meta.url);
const to = new URL('../out/api/docs/', import.meta.url);
for (const name of ['swagger-ui-bundle.js', 'swagger-ui.css'])
  copyFileSync(new URL(name, from), new URL(name, to));
