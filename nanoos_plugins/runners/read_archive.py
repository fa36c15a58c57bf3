"""Read an AiiDA archive from outside in a process of its own, with limits.

Run as `python -m nanoos_plugins.runners.read_archive ARCHIVE FOLDER --version V --nodes N --bytes B`.

An archive is a zip file with an SQLite database, both made by whoever sends it. It is unpacked and read here,
where that can hang or crash this process and nothing else, and where no database of ours is open. Written
are `FOLDER/rows.ndjson`, a line `[table, row]` for each row that may be imported, checked one by one and as a
graph, and to the standard output one JSON object: `{"error": "…"}` or `{"nodes": …, "files": …}`.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import resource
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

CPU_SECONDS = 120
MEMORY_BYTES = 2 * 1024**3
ROWS = 'rows.ndjson'


def limit(most_bytes: int) -> None:
    """Take from this process what it does not need: CPU time, memory, writing large files, leaving a core."""
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (2 * most_bytes, 2 * most_bytes))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    with contextlib.suppress(ValueError):
        # macOS knows the name of this limit but refuses to set it; CPU and wall-clock time still bound us.
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))


def read(archive: Path, folder: Path, version: str, most_nodes: int, most_bytes: int) -> dict[str, int]:
    """Write the rows of an archive to `folder` and return how many nodes and files they have.

    :raises ArchiveFileError: when the archive cannot be imported.
    """
    from nanoos_plugins.runners.archive_files.container import Container
    from nanoos_plugins.runners.archive_files.database import read_rows
    from nanoos_plugins.runners.archive_files.graph import Graph

    database = folder / 'db.sqlite3'
    container = Container(archive, version, most_bytes)
    with contextlib.closing(container):
        container.write_database(database)
        graph, keys, nodes = Graph(), set[str](), 0
        with (folder / ROWS).open('w', encoding='utf-8') as lines:
            for table, row in read_rows(database, most_nodes):
                graph.add(table, row)
                if table == 'db_dbnode':
                    nodes += 1
                    keys.update(keys_of(row['repository_metadata']))
                lines.write(json.dumps([table, row]) + '\n')
        graph.check_order()
        container.check_sums(keys)
    database.unlink()
    return {'nodes': nodes, 'files': len(keys)}


def keys_of(repository: dict[str, Any]) -> Iterator[str]:
    """Yield the keys of all files in a node's repository."""
    folders = [repository]
    while folders:
        for entry in folders.pop().get('o', {}).values():
            if 'k' in entry:
                yield entry['k']
            else:
                folders.append(entry)


def main() -> None:
    """Read the archive named on the command line and write the JSON object."""
    arguments = argparse.ArgumentParser(prog='read_archive')
    arguments.add_argument('archive', type=Path)
    arguments.add_argument('folder', type=Path)
    arguments.add_argument('--version', required=True)
    arguments.add_argument('--nodes', type=int, required=True)
    arguments.add_argument('--bytes', type=int, required=True)
    given = arguments.parse_args()
    limit(given.bytes)
    from nanoos_plugins.runners.archive_files.values import ArchiveFileError

    result: dict[str, Any]
    try:
        result = read(given.archive, given.folder, given.version, given.nodes, given.bytes)
    except ArchiveFileError as error:
        result = {'error': ' '.join(str(error).split())}
    except MemoryError:
        result = {'error': f'reading the archive takes more than {MEMORY_BYTES // 1024**2} MB of memory'}
    json.dump(result, sys.stdout)


if __name__ == '__main__':
    main()
