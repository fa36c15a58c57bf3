"""The web application: the files that `make web` built, served beside the API.

The export's file names say what a page's address is: `jobs.html` is `/jobs`, `jobs/[id].html` `/jobs/<any>`.
Below /api, only the page that shows the API's document is of the site.
"""

from __future__ import annotations

import re
from functools import lru_cache
from mimetypes import guess_type
from pathlib import Path
from urllib.parse import quote

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, RedirectResponse, Response
from starlette.staticfiles import NotModifiedResponse, StaticFiles
from starlette.types import ASGIApp, Receive, Scope, Send

#: Where `make web` puts it; it is no part of the Python package.
BUILT = Path(__file__).parent.parent / 'web' / 'out'
HEADERS = {
    'Content-Security-Policy': "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; connect-src 'self'; worker-src 'self' blob:; object-src 'none'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
    'Cross-Origin-Opener-Policy': 'same-origin',
    'Referrer-Policy': 'same-origin',
    'X-Content-Type-Options': 'nosniff',
}
#: The names of these files change with what is in them.
IMMUTABLE = '/_next/static/'
#: FastAPI's own page for it loads its scripts from another host.
DOCS = '/api/docs'
NOT_BUILT = """<!doctype html><html lang="en"><meta charset="utf-8"><title>NANO-OS</title>
<h1>The web application is not built</h1>
<p>The API runs (<a href="/api/openapi.json">its document</a>). For the pages, run <code>make web</code>
where NANO-OS was installed from, and load this again; or name their folder: NANOOS_API_WEB_DIR.</p></html>"""


class Export:
    """What has been built: files by their address, and the addresses with a placeholder."""

    def __init__(self, root: Path) -> None:
        self.root = root
        files = [path for path in root.rglob('*') if path.is_file()]
        self.files = {f'/{path.relative_to(root).as_posix()}': path for path in files}
        pages = {address_of(name): path for name, path in self.files.items() if name.endswith('.html')}
        self.pages = {address: path for address, path in pages.items() if '[' not in address}
        self.patterns = [
            (pattern_of(address), pages[address]) for address in sorted(set(pages) - set(self.pages))
        ]

    def find(self, address: str) -> Path | None:
        """Return the file at an address. Only what was listed is found, so nothing outside the folder is."""
        found = self.pages.get(address) or self.files.get(address)
        if found is None:
            found = next((path for pattern, path in self.patterns if pattern.fullmatch(address)), None)
        return found


def address_of(name: str) -> str:
    """Return the address of a page: that of its file without the ending, and without `index`."""
    address = name.removesuffix('.html')
    return '/' if address == '/index' else address.removesuffix('/index')


def pattern_of(address: str) -> re.Pattern[str]:
    """Return what the addresses look like that a page with placeholders is for: `/jobs/[id]`."""
    parts = re.split(r'\[[^/\]]+\]', address)
    return re.compile('[^/]+'.join(map(re.escape, parts)))


@lru_cache(maxsize=4)
def _export(root: Path, _changed: int) -> Export:
    return Export(root)


class Site:
    """Answer what no route of the API does: with a page, one of its files, or that there is no such page."""

    def __init__(self, root: Path, api: ASGIApp) -> None:
        self._root = root
        #: What answers below /api, where an unknown address is an error of a program.
        self._api = api

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        path = scope['path']
        is_page = scope['type'] == 'http' and scope['method'] in ('GET', 'HEAD')
        if not is_page or (_is_below(path, '/api') and not _is_below(path, DOCS)):
            await self._api(scope, receive, send)
            return
        await self._answer(Request(scope))(scope, receive, send)

    def _answer(self, request: Request) -> Response:
        path = request.scope['path']
        # Two slashes would be the address of another host.
        if path.endswith('/') and path != '/' and not path.startswith('//'):
            query = f'?{request.url.query}' if request.url.query else ''
            return RedirectResponse(quote(path.rstrip('/')) + query, 308, HEADERS)
        try:
            export = _export(self._root, self._root.stat().st_mtime_ns)
        except FileNotFoundError:
            return HTMLResponse(NOT_BUILT, 404, HEADERS)
        found = export.find(path)
        if found is not None:
            return _file(export, found, request.headers, immutable=path.startswith(IMMUTABLE))
        missing = export.files.get('/404.html')
        if missing is None:
            return HTMLResponse(NOT_BUILT, 404, HEADERS)
        return FileResponse(missing, 404, {**HEADERS, 'Cache-Control': 'no-cache'})


def _is_below(path: str, page: str) -> bool:
    return path == page or path.startswith(f'{page}/')


def _file(export: Export, path: Path, asked: Headers, *, immutable: bool) -> Response:
    """Return a file, in the form that was compressed when it was built where the client takes that."""
    media_type = guess_type(path)[0] or 'application/octet-stream'
    headers = {**HEADERS, 'Cache-Control': 'public, max-age=31536000, immutable' if immutable else 'no-cache'}
    packed = export.files.get(f'/{path.relative_to(export.root).as_posix()}.gz')
    if packed is not None:
        headers['Vary'] = 'Accept-Encoding'
        if 'gzip' in asked.get('Accept-Encoding', ''):
            path, headers['Content-Encoding'] = packed, 'gzip'
    response = FileResponse(path, headers=headers, media_type=media_type, stat_result=path.stat())
    if StaticFiles(check_dir=False).is_not_modified(response.headers, asked):
        return NotModifiedResponse(response.headers)
    return response
