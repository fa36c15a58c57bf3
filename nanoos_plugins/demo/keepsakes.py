"""What the demo leaves on disk: the provenance graph as a picture and the run as an AiiDA archive."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from aiida import orm
from aiida.common.log import override_log_level
from aiida.tools.archive import create_archive

from nanoos_plugins.graph.drawing import draw_provenance
from nanoos_plugins.graph.jobs import load_jobs

GRAPH = 'provenance.svg'
ARCHIVE = 'copper.aiida'


def write_keepsakes(folder: Path, processes: Sequence[int]) -> list[Path]:
    """Write both files into `folder`, those that are older than the run or missing, and return their paths.

    :raises OSError: when the folder cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    graph, archive = folder / GRAPH, folder / ARCHIVE
    newest = max(job.modified for job in load_jobs(processes)).timestamp()
    if not _is_newer(graph, newest):
        picture = draw_provenance(processes, title='NANO-OS demo: copper')
        graph.write_text(picture, encoding='utf-8')
    if not _is_newer(archive, newest):
        # Written beside and moved, so that a killed demo leaves no half archive that looks whole.
        partial = archive.with_suffix('.partial')
        with override_log_level():
            create_archive([orm.load_node(pk) for pk in processes], filename=partial, overwrite=True)
        partial.replace(archive)
    return [graph, archive]


def _is_newer(path: Path, moment: float) -> bool:
    return path.exists() and path.stat().st_mtime > moment
