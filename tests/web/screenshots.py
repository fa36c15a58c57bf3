"""Take every page of the built site, light, dark and on a phone: `python -m tests.web.screenshots [FOLDER]`.

The instance is a temporary one with small real data. Which pages there are, the export says: a new one is
taken without a word here, unless it has a placeholder for something that `SHOWN` does not know yet.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from playwright.sync_api import Browser, Page

from api.site import BUILT, Export, address_of
from tests.benchmarks.report import end_on_sigterm
from tests.web.example import Example, fill
from tests.web.instance import ADMINISTRATOR, PASSWORD, chromium, running, settle, sign_in

FOLDER = Path('screenshots')
#: Pages that are for whoever is not signed in.
OPEN = ('/sign-in',)
#: Addresses that are no page of the application, but documents beside it.
DOCUMENTS = ('/docs/', '/api/')


@dataclass(frozen=True)
class Look:
    """How a page is looked at."""

    name: str
    theme: Literal['light', 'dark']
    width: int
    height: int
    scale: float = 1.0

    @property
    def options(self) -> dict[str, Any]:
        """Return the options of a browser that looks so."""
        return {
            'color_scheme': self.theme,
            'viewport': {'width': self.width, 'height': self.height},
            'device_scale_factor': self.scale,
            'is_mobile': self.width < 500,
            'has_touch': self.width < 500,
            'reduced_motion': 'reduce',
        }


LOOKS = (
    Look('light', 'light', 1440, 900),
    Look('dark', 'dark', 1440, 900),
    Look('phone', 'light', 390, 844, 2.0),
)


def name_of(file: str) -> str:
    """Return what the page of a file of the export is called here: `/jobs/[id].html` is `jobs-id`."""
    return re.sub(r'[\[\]]', '', address_of(file)).strip('/').replace('/', '-') or 'overview'


def addresses(site: Path, example: Example) -> Iterator[tuple[str, str]]:
    """Yield the name and the address of every page, placeholders filled in.

    :raises LookupError: for a placeholder that nothing is known for.
    """
    export = Export(site)
    for name in sorted(export.files):
        if not name.endswith('.html') or name.startswith(DOCUMENTS):
            continue
        yield name_of(name), example.fill_in(address_of(name))


def take(page: Page, url: str, look: Look, name: str, address: str, folder: Path) -> None:
    """Take one page once its content is there."""
    page.goto(f'{url}{address}')
    settle(page)
    path = folder / f'{name}-{look.name}.png'
    page.screenshot(path=path, animations='disabled')
    print(path, flush=True)


def take_all(browser: Browser, url: str, pages: list[tuple[str, str]], folder: Path) -> None:
    """Take all pages in all looks."""
    for look in LOOKS:
        for is_open in (False, True):
            context = browser.new_context(**look.options)
            page = context.new_page()
            if not is_open:
                sign_in(page, url, ADMINISTRATOR, PASSWORD)
            for name, address in pages:
                if (address in OPEN) == is_open:
                    take(page, url, look, name, address, folder)
            context.close()


def main() -> None:
    """Make the instance and its data, and take all pages of it."""
    end_on_sigterm()
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    with running(daemon=True) as instance, chromium() as browser:
        example = fill(instance)
        take_all(browser, instance.url, list(addresses(BUILT, example)), folder)


if __name__ == '__main__':
    main()
