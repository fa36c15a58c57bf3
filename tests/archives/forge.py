"""Archives as somebody would forge them."""

from __future__ import annotations

import io
import sqlite3
import zipfile
from collections.abc import Callable, Iterable
from pathlib import Path
from uuid import uuid4


def forged(
    archive: bytes,
    tmp_path: Path,
    statements: Iterable[str] = (),
    files: dict[str, bytes] | None = None,
    change: Callable[[sqlite3.Connection], None] | None = None,
) -> bytes:
    """Return an archive with its database changed and other files."""
    path = tmp_path / f'{uuid4()}.sqlite3'
    given = zipfile.ZipFile(io.BytesIO(archive))
    contents = {name: given.read(name) for name in given.namelist()}
    path.write_bytes(contents['db.sqlite3'])
    database = sqlite3.connect(path)
    for statement in statements:
        database.execute(statement)
    if change is not None:
        change(database)
    database.commit()
    database.close()
    contents |= {'db.sqlite3': path.read_bytes(), **(files or {})}
    written = io.BytesIO()
    with zipfile.ZipFile(written, 'w', zipfile.ZIP_DEFLATED) as made:
        for name, content in contents.items():
            made.writestr(name, content)
    return written.getvalue()
