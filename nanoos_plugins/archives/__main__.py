"""Export or import in a process of its own: `python -m nanoos_plugins.archives export|import`.

The standard input is a JSON object of the arguments, the standard output one of the answer: `{"result": …}`,
or `{"error": …, "missing": …}`, where `missing` says that something is not there for the one who asks.
"""

from __future__ import annotations

import contextlib
import json
import resource
import sys
from pathlib import Path
from typing import Any

MEMORY_BYTES = 4 * 1024**3


def main() -> None:
    """Do what the command line says."""
    given = json.load(sys.stdin)
    _limit(given.pop('seconds'))
    answer: dict[str, Any]
    # AiiDA may print; the standard output is for the answer alone.
    with contextlib.redirect_stdout(sys.stderr):
        from nanoos_plugins.install.profile import load

        load()
        try:
            answer = {'result': _import(**given) if sys.argv[1] == 'import' else _export(**given)}
        except (LookupError, ValueError) as error:
            answer = {'error': ' '.join(str(error).split()), 'missing': isinstance(error, LookupError)}
        except MemoryError:
            answer = {'error': f'this takes more than {MEMORY_BYTES // 1024**2} MB of memory: do it in parts'}
    json.dump(answer, sys.stdout)


def _limit(seconds: int) -> None:
    """Bound CPU time and memory."""
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    with contextlib.suppress(ValueError):
        # macOS knows the name of this limit but refuses to set it.
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))


def _export(
    user_pk: int,
    group_pk: int | None,
    path: str,
    nodes: list[str],
    groups: list[str],
    most_nodes: int,
    most_bytes: int,
) -> dict[str, int]:
    from nanoos_plugins.archives.export import export
    from nanoos_plugins.storage.shares import Viewer

    return export(Viewer(user_pk, group_pk), Path(path), nodes, groups, most_nodes, most_bytes)


def _import(user_pk: int, rows: str, archive: str) -> dict[str, Any]:
    from aiida import orm

    from nanoos_plugins.accounts.secret import signing_key
    from nanoos_plugins.archives.insert import Import, alone

    user = orm.User.collection.get(id=user_pk)
    with alone():
        return Import(Path(rows), Path(archive), user, signing_key()).run()


if __name__ == '__main__':
    main()
