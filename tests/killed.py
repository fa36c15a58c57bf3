"""What a test does to a daemon or a job to see that it is survived."""

from __future__ import annotations

import contextlib

import psutil


def kill_family(pid: int) -> None:
    """Kill a process and all below it with SIGKILL, and wait until they are gone.

    Those below end by themselves, too, when they see that their parent is gone.
    """
    family = [psutil.Process(pid), *psutil.Process(pid).children(recursive=True)]
    for process in family:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.kill()
    psutil.wait_procs(family, timeout=10)
