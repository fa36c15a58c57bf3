// What is read beside the application: the documents as pages, and Swagger UI for the page of the API's document
// (public/api/docs.html). Nothing of it is asked of another host.
import { copyFileSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import { Marked } from 'marked';

const root = new URL('..', import.meta.url);
const sources = new URL('../docs/', root);
const names = readdirSync(sources).filter((name) => name.endsWith('.md'));

for (const name of ['swagger-ui-bundle.js', 'swagger-ui.css']) {
  copyFileSync(new URL(`node_modules/swagger-ui-dist/${name}`, root), new URL(`out/api/docs/${name}`, root));
}

const marked = new Marked({
  renderer: {
    heading({ tokens, depth, text }) {
      const id = text
        .toLowerCase()
        .replace(/[^\p{L}\p{N} -]/gu, '')
        .replaceAll(' ', '-');
      return `<h${depth} id="${id}">${this.parser.parseInline(tokens)}</h${depth}>\n`;
    },
  },
  // `querying.md` is the page `querying` here.
  walkTokens(token) {
    if (token.type === 'link') token.href = token.href.replace(/^([a-z-]+)\.md(?=#|$)/, '$1');
  },
});

const documents = names.map((name) => {
  const text = readFileSync(new URL(name, sources), 'utf8');
  return { name: basename(name, '.md'), title: text.match(/^# (.*)$/m)[1].replaceAll('`', ''), text };
});
for (const { name, title, text } of documents) {
  const links = documents.map(
    (one) =>
      `<a href="/docs/${one.name}"${one.name === name ? ' aria-current="page"' : ''}>${one.title.split(':')[0]}</a>`,
  );
  // What scrolls must be reached by keyboard.
  const content = marked.parse(text).replace(/<(pre|table)>/g, '<$1 tabindex="0">');
  const page = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title} · NANO-OS</title>
<link rel="icon" href="/icon.svg" type="image/svg+xml">
<script src="/theme.js"></script>
<link rel="stylesheet" href="/docs/look.css">
<header><a href="/help">NANO-OS</a>${links.join('')}<a href="/api/docs">API reference</a></header>
<main><article>${content}</article></main>
</html>
`;
  writeFileSync(new URL(`out/docs/${name}.html`, root), page);
}
