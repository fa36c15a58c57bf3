"""Look an instance over: what is there, what is broken, and how to mend it."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from aiida import orm
from aiida.common.exceptions import (
    ConfigurationError,
    CorruptStorage,
    IncompatibleStorageSchema,
    NotExistent,
    UnreachableStorage,
)
from aiida.manage import get_manager

from nanoos_plugins.engines.contract import Engine, engine_names, load_engine
from nanoos_plugins.install.daemon import is_running, worker_pids
from nanoos_plugins.install.engines import COMPUTER, find, find_code
from nanoos_plugins.install.home import engines_path, home
from nanoos_plugins.install.profile import NoProfileError, load
from nanoos_plugins.install.pseudos import FAMILY, find_pseudos, recommended_cutoffs
from nanoos_plugins.storage.embeddings import has_embeddings
from nanoos_plugins.storage.psql_dos import TenantPsqlDosStorage

State = Literal['ok', 'warning', 'broken']
LEAST_DISK_GB = 2.0
_GB = 1e9


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at.

    `broken`: something required does not work; `warning`: something optional is missing, or starts by itself
    when it is needed. `mend` says what to do unless all is well.
    """

    subject: str
    state: State
    found: str
    mend: str = ''


def examine() -> Iterator[Finding]:
    """Look at one thing after the other; what needs a profile is left out when none can be loaded."""
    profile = examine_profile()
    yield profile
    if profile.state == 'ok':
        yield from examine_vectors()
        parts: tuple[Callable[[], Finding], ...] = (
            examine_computer,
            examine_daemon,
            examine_broker,
            examine_pseudos,
        )
        for part in parts:
            yield part()
    for name in engine_names():
        yield examine_engine(load_engine(name), has_profile=profile.state == 'ok')
    yield examine_disk(home())
    yield examine_disk(engines_path())
    yield examine_dot()


def examine_profile() -> Finding:
    """Load the profile, which opens its storage."""
    try:
        profile = load()
        get_manager().get_profile_storage()
    except NoProfileError as error:
        return Finding('profile', 'broken', str(error), 'nanoos profile create embedded')
    except IncompatibleStorageSchema as error:
        return Finding('profile', 'broken', str(error), 'eval "$(nanoos env)" && verdi storage migrate')
    except (ConfigurationError, CorruptStorage, UnreachableStorage) as error:
        mend = f'restore {home()} from a backup, or `nanoos profile delete` and create it again'
        return Finding('profile', 'broken', f'{type(error).__name__}: {error}', mend)
    user = orm.User.collection.get_default()
    return Finding('profile', 'ok', f'{profile.name} in {home()}, {user.email if user else "no user"}')


def examine_vectors() -> Iterator[Finding]:
    """See whether PostgreSQL searches similar structures itself; SQLite cannot, and nothing is said of it."""
    storage = get_manager().get_profile_storage()
    if not isinstance(storage, TenantPsqlDosStorage):
        return
    subject = 'similar structures'
    with storage.owner.connect() as opened:
        if has_embeddings(opened):
            yield Finding(subject, 'ok', 'searched by pgvector, in the database')
            return
    mend = (
        "optional: `CREATE EXTENSION vector` (0.7 or later) in the profile's database as superuser, then "
        'eval "$(nanoos env)" && verdi storage migrate'
    )
    yield Finding(subject, 'warning', 'no pgvector: each process searches in its own memory', mend)


def examine_computer() -> Finding:
    """See that the computer is there, that its user may submit to it and that its folder can be written."""
    mend = 'nanoos profile create embedded (completes what is missing)'
    try:
        computer = orm.load_computer(COMPUTER)
    except NotExistent:
        return Finding('computer', 'broken', f'no computer {COMPUTER!r}', mend)
    if not computer.is_configured:
        return Finding('computer', 'broken', f'{COMPUTER} is not configured for the default user', mend)
    folder = Path(computer.get_workdir().format(username=os.environ.get('USER', '')))
    if not _can_write(folder):
        return Finding('computer', 'broken', f'cannot write to {folder}', f'make {folder} writable')
    return Finding('computer', 'ok', f'{COMPUTER}, jobs run in {folder}')


def examine_daemon() -> Finding:
    """See whether the daemon runs and has workers; it starts by itself when a job is submitted."""
    if not is_running():
        return Finding('daemon', 'warning', 'not running', 'it starts with the first job')
    workers = worker_pids()
    if not workers:
        return Finding('daemon', 'broken', 'no workers', 'eval "$(nanoos env)" && verdi daemon restart')
    return Finding('daemon', 'ok', f'{len(workers)} workers')


def examine_broker() -> Finding:
    """See that a broker is configured and, while the daemon runs, that it answers."""
    broker = get_manager().get_broker()
    if broker is None:
        return Finding('broker', 'broken', 'the profile has none', 'delete the profile and create it again')
    if not is_running():
        return Finding('broker', 'warning', 'not running', 'it starts with the daemon')
    probe = getattr(broker, 'probe_service_status', None)
    if probe is not None and not probe().get('connected', False):
        return Finding('broker', 'broken', 'does not answer', 'eval "$(nanoos env)" && verdi daemon restart')
    return Finding('broker', 'ok', str(broker))


def examine_pseudos() -> Finding:
    """See that the family of pseudopotentials is complete."""
    family = find_pseudos()
    mend = 'nanoos engines install qe'
    if family is None:
        return Finding('pseudopotentials', 'broken', f'{FAMILY} is not installed', mend)
    missing = sorted(set(recommended_cutoffs()) - set(family.elements))
    if missing:
        return Finding('pseudopotentials', 'broken', f'{FAMILY} lacks {", ".join(missing)}', mend)
    return Finding('pseudopotentials', 'ok', f'{FAMILY}, {len(family.elements)} elements')


def examine_engine(engine: Engine[Any], has_profile: bool) -> Finding:
    """See that the engine's program is installed and its code points at it."""
    subject = f'engine {engine.name}'
    mend = f'nanoos engines install {engine.name}'
    found = find(engine)
    if found is None:
        return Finding(subject, 'broken', 'not installed', mend)
    if found.executable is None:
        return Finding(subject, 'ok', 'needs no program')
    if not os.access(found.executable, os.X_OK):
        return Finding(subject, 'broken', f'{found.executable} cannot be executed', mend)
    if not has_profile:
        return Finding(subject, 'ok', str(found.executable))
    code = find_code(engine)
    if code is None:
        return Finding(subject, 'broken', f'{found.executable} is not registered as a code', mend)
    if not os.access(code.filepath_executable, os.X_OK):
        return Finding(subject, 'broken', f'{code.full_label}: no {code.filepath_executable}', mend)
    return Finding(subject, 'ok', f'{code.full_label}: {code.filepath_executable}')


def examine_disk(folder: Path) -> Finding:
    """See that there is room."""
    existing = next(parent for parent in (folder, *folder.parents) if parent.exists())
    free = shutil.disk_usage(existing).free / _GB
    subject = f'disk {folder}'
    if free < LEAST_DISK_GB:
        return Finding(subject, 'broken', f'{free:.1f} GB free', f'free at least {LEAST_DISK_GB:g} GB')
    return Finding(subject, 'ok', f'{free:.0f} GB free')


def examine_dot() -> Finding:
    """See whether Graphviz is there, which draws provenance graphs as pictures."""
    dot = shutil.which('dot')
    if dot is None:
        return Finding('graphviz', 'warning', 'no `dot` on PATH', 'optional: install graphviz')
    return Finding('graphviz', 'ok', dot)


def _can_write(folder: Path) -> bool:
    """Return whether files can be made in `folder`, which is made when it is missing."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return True
    except OSError:
        return False
