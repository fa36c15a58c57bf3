"""AiiDA's built-in REST interface, `verdi restapi`, on the same database.

What it needs beside AiiDA is installed in an environment of its own, where our storage plugins are not: it
reads the profile by AiiDA's own ones.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from importlib.metadata import version
from pathlib import Path

import httpx2

from tests.benchmarks.graph.build import Facts
from tests.benchmarks.graph.server import Server

PLAIN = {'nanoos.sqlite_dos': 'core.sqlite_dos', 'nanoos.psql_dos': 'core.psql_dos'}
SECONDS = 6


def environment(folder: Path) -> Path | None:
    """Return the environment with `aiida-core[rest]`, made when missing; None when it cannot be."""
    if not (folder / 'bin' / 'flask').exists():
        subprocess.run([sys.executable, '-m', 'venv', folder], check=True)
        wanted = f'aiida-core[rest]=={version("aiida-core")}'
        install = [folder / 'bin' / 'python', '-m', 'pip', 'install', '--quiet', wanted]
        if subprocess.run(install, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode:
            return None
    return folder


def measure(home: Path, folder: Path, facts: Facts) -> dict[str, float] | None:
    """Return the median times [ms] of its answers to two of the questions; None when it cannot be had."""
    found = environment(folder)
    if found is None:
        return None
    config = json.loads((home / '.aiida' / 'config.json').read_text())
    profile = config['profiles']['nanoos']
    profile['storage']['backend'] = PLAIN[profile['storage']['backend']]
    profile['process_control'] = {'backend': None, 'config': {}}
    profile['options'] = {}
    plain = folder / 'home' / '.aiida'
    plain.mkdir(parents=True, exist_ok=True)
    (plain / 'config.json').write_text(json.dumps(config))
    command = [str(found / 'bin' / 'verdi'), '-p', 'nanoos', 'restapi', '--hostname', '127.0.0.1', '--port']
    server = Server(command, {'AIIDA_PATH': str(plain.parent)})
    newest = '/api/v4/nodes?attributes=false&limit=50&orderby=-ctime'
    try:
        url = f'http://127.0.0.1:{server.port}'
        return {
            'newest 50': _median(url + newest),
            'node by uuid': _median(f'{url}/api/v4/nodes/{facts.around["uuid"]}'),
        }
    finally:
        server.stop()


def _median(url: str) -> float:
    times: list[float] = []
    end = time.perf_counter() + SECONDS
    while not times or time.perf_counter() < end:
        begin = time.perf_counter()
        httpx2.get(url, timeout=120).raise_for_status()
        times.append(1000 * (time.perf_counter() - begin))
    return sorted(times)[len(times) // 2]
