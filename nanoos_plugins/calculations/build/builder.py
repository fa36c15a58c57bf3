"""What all builders share: parameters with units, structures out, one way to refuse."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, TypeVar

from aiida import orm
from aiida.engine import ExitCode
from ase import Atoms
from pydantic import BaseModel, ConfigDict, ValidationError

from nanoos_plugins.data.structure import describe
from nanoos_plugins.data.structure_file import structure_node
from nanoos_plugins.runners.structure_files.parsed import MAX_ATOMS

INVALID_PARAMETERS = 320

#: Empty space [Å] between a finite body and its periodic image, along each direction that is not periodic.
VACUUM = 15.0


class BuildParameters(BaseModel):
    """Parameters of a builder; each kind has its own in a subclass, with units in the JSON schema."""

    model_config = ConfigDict(extra='forbid', protected_namespaces=())


_READY: ContextVar[Atoms | None] = ContextVar('nanoos_ready_atoms', default=None)

P = TypeVar('P', bound=BuildParameters)


def validated(model: type[P], values: Mapping[str, Any]) -> P:
    """Return the parameters of a builder.

    :raises ValueError: one line that names each wrong key, what was given and what is expected.
    """
    try:
        return model.model_validate(dict(values))
    except ValidationError as error:
        raise ValueError(explain(error)) from error


def explain(error: ValidationError) -> str:
    """Return in one line which keys are wrong, what was given and what is expected."""
    found = []
    for one in error.errors(include_url=False):
        name = '.'.join(str(part) for part in one['loc'])
        given = '' if one['type'] == 'missing' else f', got {one["input"]!r:.40}'
        found.append(f'{name}: {one["msg"]}{given}' if name else one['msg'])
    return '; '.join(found)


@contextmanager
def ready(atoms: Atoms) -> Iterator[None]:
    """Let the builder that runs inside take what it made before, from the same inputs, in another process."""
    token = _READY.set(atoms)
    try:
        yield
    finally:
        _READY.reset(token)


def built(make: Callable[[], Atoms]) -> orm.StructureData | ExitCode:
    """Return the structure that `make` gives, described; exit status 320 when it refuses."""
    try:
        atoms = _READY.get()
        if atoms is None:
            atoms = make()
    except ValueError as error:
        return ExitCode(INVALID_PARAMETERS, str(error))
    return describe(structure_node(atoms), 'generated', 'internal')


def check_size(count: int) -> None:
    """Check a number of atoms before they are made.

    :raises ValueError: for more than an AiiDA structure should have.
    """
    if not 0 < count <= MAX_ATOMS:
        raise ValueError(f'the structure would have {count} atoms: expected 1 to {MAX_ATOMS}')


def check_sites(sites: list[int], atoms: Atoms) -> list[int]:
    """Return the sites, each once, sorted.

    :raises ValueError: for none at all, or one that the structure does not have.
    """
    wrong = [site for site in sites if not 0 <= site < len(atoms)]
    if wrong or not sites:
        raise ValueError(f'sites: expected numbers from 0 to {len(atoms) - 1}, got {wrong or sites}')
    if len(set(sites)) < len(sites):
        raise ValueError(f'sites: each one once, got {sites}')
    return sorted(sites)


def with_vacuum(atoms: Atoms, vacuum: float, axes: tuple[int, ...]) -> Atoms:
    """Centre the atoms along `axes`, which become not periodic, with `vacuum` [Å] between images in all."""
    atoms.pbc = [axis not in axes for axis in range(3)]
    atoms.center(vacuum=vacuum / 2, axis=axes)
    return atoms
