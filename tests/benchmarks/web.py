"""How light and quick the built site is in a real Chromium, with 100 000 materials: `make bench-web`.

- `first_js_kb_gz`: scripts that a page's HTML names, packed as the API sends them; of the largest page.
- `lcp_s`: the largest contentful paint of the slowest page, each with data and an empty cache.
- `list_100k_scroll_gaps`: rows missing, double or out of order, compared with the API's own list, when the
  list of materials is scrolled from its first row to its last.
- `graph_500_open_s`: from opening the page of a workflow with 500 nodes around it until its graph is drawn.

Nothing is slowed down on purpose: it is this machine, beside API and daemon on it.
"""

from __future__ import annotations

import os
import re
import statistics
import time
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from playwright.sync_api import Browser, Page

from api.site import BUILT
from tests.benchmarks.report import end_on_sigterm, report
from tests.web.example import fill
from tests.web.instance import ADMINISTRATOR, PASSWORD, Instance, chromium, running, settle, sign_in
from tests.web.screenshots import DOCUMENTS, OPEN, addresses, name_of

MATERIALS = int(os.environ.get('MATERIALS', '100000'))
RUNS = int(os.environ.get('RUNS', '3'))
MOST = {'first_js_kb_gz': 200.0, 'lcp_s': 1.5, 'list_100k_scroll_gaps': 0.0, 'graph_500_open_s': 2.0}
#: [s] In which the whole list must have been scrolled through.
PATIENCE = 1800
SCRIPT = re.compile(r'<script\b[^>]*?\bsrc="([^"]+)"[^>]*>')
WATCH_PAINTS = """
new PerformanceObserver((list) => { window.lastPaint = list.getEntries().at(-1).startTime; })
  .observe({ type: 'largest-contentful-paint', buffered: true });
"""
#: Scroll on by most of what is seen, note which rows are there, and say where that was.
SCROLL = """
(seen) => {
  const table = document.querySelector('[role=table][aria-label=Materials]');
  window.rows ??= new Map();
  for (const row of table.querySelectorAll('[role=row]')) {
    const link = row.querySelector('[data-row-link]');
    const at = Number(row.getAttribute('aria-rowindex')) - 2;
    if (link) window.rows.set(at, link.getAttribute('href').split('/').at(-1));
  }
  table.scrollTop += 0.8 * table.clientHeight;
  return { count: window.rows.size, all: table.getAttribute('aria-rowcount') !== '-1',
           end: table.scrollTop + table.clientHeight >= table.scrollHeight - 1 };
}
"""


def first_js(site: Path) -> dict[str, float]:
    """Return how many kB of scripts, packed, the HTML of each page names for browsers of today."""
    found = {}
    for page in sorted(site.rglob('*.html')):
        name = f'/{page.relative_to(site).as_posix()}'
        if name.startswith(DOCUMENTS):
            continue
        tags = [match for match in SCRIPT.finditer(page.read_text()) if 'nomodule' not in match[0].lower()]
        files = {site / unquote(match[1]).lstrip('/') for match in tags}
        found[name_of(name)] = sum(_packed(file) for file in files) / 1000
    return found


def _packed(file: Path) -> int:
    packed = file.with_name(f'{file.name}.gz')
    return (packed if packed.exists() else file).stat().st_size


def open_page(browser: Browser, url: str, address: str) -> Page:
    """Return a page of a new browser in which the administrator is signed in, if that page is for them."""
    page = browser.new_context(viewport={'width': 1440, 'height': 900}).new_page()
    page.set_default_timeout(60_000)
    if address not in OPEN:
        sign_in(page, url, ADMINISTRATOR, PASSWORD)
    page.add_init_script(WATCH_PAINTS)
    return page


def paint(browser: Browser, url: str, address: str) -> float:
    """Return the largest contentful paint [s] of a page; the median of a few runs."""
    found = []
    for _ in range(RUNS):
        page = open_page(browser, url, address)
        page.goto(f'{url}{address}')
        settle(page)
        found.append(page.evaluate('window.lastPaint') / 1000)
        page.context.close()
    return statistics.median(found)


def scroll_gaps(browser: Browser, instance: Instance) -> tuple[int, int, float]:
    """Scroll through all materials; return how many rows were wrong, how many there are, and the time [s]."""
    wanted = [one['material_id'] for one in instance.client.items('/materials', limit=200)]
    page = open_page(browser, instance.url, '/materials')
    page.goto(f'{instance.url}/materials')
    page.wait_for_selector('[role=table][aria-label=Materials] [data-row-link]')
    begin = time.monotonic()
    state: dict[str, Any] = {'all': False, 'end': False}
    while not (state['all'] and state['end']) and time.monotonic() - begin < PATIENCE:
        state = page.evaluate(SCROLL)
        # The rows that come are drawn by the next frame but one.
        page.evaluate('new Promise((go) => requestAnimationFrame(() => requestAnimationFrame(go)))')
    page.evaluate(SCROLL)
    rows = dict(page.evaluate('[...window.rows]'))
    seconds = time.monotonic() - begin
    page.context.close()
    wrong = sum(rows.get(at) != one for at, one in enumerate(wanted))
    return wrong + len(set(rows) - set(range(len(wanted)))), len(wanted), seconds


def open_graph(browser: Browser, url: str, workflow: str) -> float | None:
    """Return how long [s] the graph around a workflow takes to be drawn; None when there is no such page."""
    if not list((BUILT / 'graph').glob('*.html')):
        return None
    found = []
    for _ in range(RUNS):
        page = open_page(browser, url, '/graph')
        begin = time.monotonic()
        page.goto(f'{url}/graph/{workflow}')
        page.wait_for_selector('.react-flow__node')
        settle(page)
        found.append(time.monotonic() - begin)
        page.context.close()
    return statistics.median(found)


def measure() -> tuple[dict[str, Any], list[list[str]]]:
    """Return the figures, and the rows of the table."""
    scripts = first_js(BUILT)
    workflow: list[str] = []

    def prepare() -> None:
        from tests.benchmarks.web_data import build

        workflow.append(build(MATERIALS))

    with running(daemon=True, prepare=prepare) as instance, chromium() as browser:
        example = fill(instance)
        pages = dict(addresses(BUILT, example))
        paints = {name: paint(browser, instance.url, address) for name, address in pages.items()}
        graph = open_graph(browser, instance.url, workflow[0])
        gaps, materials, seconds = scroll_gaps(browser, instance)
    largest, slowest = max(scripts, key=scripts.__getitem__), max(paints, key=paints.__getitem__)
    figures = {
        'first_js_kb_gz': round(scripts[largest], 1),
        'first_js_page': largest,
        'lcp_s': round(paints[slowest], 2),
        'lcp_page': slowest,
        'list_100k_scroll_gaps': gaps,
        'list_rows': materials,
        'list_scroll_s': round(seconds, 1),
        'graph_500_open_s': None if graph is None else round(graph, 2),
        'load': round(os.getloadavg()[0], 1),
    }
    rows = [[name, f'{scripts[name]:.1f}', f'{paints[name]:.2f}'] for name in sorted(paints)]
    return figures, rows


def main() -> None:
    """Measure and report."""
    end_on_sigterm()
    figures, rows = measure()
    targets = {name: f'<= {most:g}' for name, most in MOST.items()}
    holds = all(figures[name] is not None and figures[name] <= most for name, most in MOST.items())
    columns = ['page', 'first JS [kB gz]', 'largest paint [s]']
    report('web', columns, rows, figures, targets, holds)


if __name__ == '__main__':
    main()
