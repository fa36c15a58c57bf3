"""A vacancy: the energy along the path of its jump."""

from __future__ import annotations

from pathlib import Path

from aiida import orm

from nanoos_plugins.plots.figure import BLUE, new_figure, outputs_of, title_of, write


def plot_vacancy(node: orm.ProcessNode, path: Path) -> Path:
    """Write the path of a finished `nanoos.vacancy` and return the path of the picture.

    :raises ValueError: when the process has no path, as without `migration`.
    """
    formation, migration, along = outputs_of(node, 'formation', 'migration', 'path')
    figure, (axes,) = new_figure()
    axes.plot(along.get_array('profile_path_A'), along.get_array('profile_energy_eV'), 'o-', color=BLUE)
    axes.set_xlabel('length of the path (Å)')
    axes.set_ylabel('energy above its beginning (eV)')
    axes.set_title(
        f'$E_f$ = {formation["formation_energy"]["value"]:.3f} eV,  '
        f'$E_m$ = {migration["migration_energy"]["value"]:.3f} eV',
        fontsize=9,
    )
    return write(figure, title_of(node, 'Vacancy'), path)
