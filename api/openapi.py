"""The checked-in OpenAPI document `api/openapi.json`: clients are generated from it, changes seen by it.

`python -m api.openapi` writes it anew; a test compares it with what the application says.
"""

from __future__ import annotations

import json
from pathlib import Path

from api.main import create_app
from api.settings import Settings

PATH = Path(__file__).with_name('openapi.json')


def document() -> str:
    """Return the document of the application as text, keys sorted: sets have no order."""
    return json.dumps(create_app(Settings()).openapi(), indent=1, ensure_ascii=False, sort_keys=True) + '\n'


def main() -> None:
    """Write the document."""
    PATH.write_text(document(), encoding='utf-8')


if __name__ == '__main__':
    main()
