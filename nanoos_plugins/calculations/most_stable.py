"""The most stable of a few structures of one composition."""

from __future__ import annotations

from typing import Any

from aiida import orm
from aiida.engine import ExitCode, workfunction

#: Exit status when the structures cannot be compared; the same as that of `nanoos.multiscale`.
NOT_COMPARABLE = 454
STRUCTURE, RESULTS = '__structure', '__results'


@workfunction
def choose_most_stable(**candidates: Any) -> orm.StructureData | ExitCode:
    """Return the structure with the lowest energy per atom.

    :param candidates: for each name `<name>__structure` and `<name>__results`, whose `energy` is in [eV].
    :return: one of the structures itself; exit status `NOT_COMPARABLE` for different compositions or engines,
        whose energies have nothing to do with each other, or a result without an energy.
    """
    names = sorted(name.removesuffix(STRUCTURE) for name in candidates if name.endswith(STRUCTURE))
    results = {name: candidates[name + RESULTS].get_dict() for name in names}
    for what, found in (
        ('compositions', {name: candidates[name + STRUCTURE].get_composition('reduced') for name in names}),
        ('engines', {name: results[name].get('engine') for name in names}),
    ):
        if len({str(one) for one in found.values()}) > 1:
            told = ', '.join(f'{name}: {one}' for name, one in found.items())
            return ExitCode(NOT_COMPARABLE, f'structures of different {what} cannot be compared: {told}')
    missing = [name for name in names if 'energy' not in results[name]]
    if missing:
        return ExitCode(NOT_COMPARABLE, f'the results of {", ".join(missing)} have no energy')
    best = min(names, key=lambda name: results[name]['energy']['value'] / results[name]['n_atoms'])
    chosen: orm.StructureData = candidates[best + STRUCTURE]
    return chosen
