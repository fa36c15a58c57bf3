"""Plots of finished processes, as PNG files.

`PLOTS` names for each entry point the function that draws it; its module is imported when it is called.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from aiida import orm

Plot = Callable[['orm.ProcessNode', Path], Path]


def _lazily(module: str, function: str) -> Plot:
    def plot(node: orm.ProcessNode, path: Path) -> Path:
        drawn: Path = getattr(import_module(f'nanoos_plugins.plots.{module}'), function)(node, path)
        return drawn

    return plot


PLOTS: dict[str, Plot] = {
    'nanoos.simulation': _lazily('simulation', 'plot_simulation'),
    'nanoos.eos': _lazily('eos', 'plot_eos'),
    'nanoos.bands': _lazily('bands', 'plot_bands'),
    'nanoos.md': _lazily('md', 'plot_md'),
    'nanoos.conductivity': _lazily('conductivity', 'plot_conductivity'),
    'nanoos.melting': _lazily('melting', 'plot_melting'),
    'nanoos.vacancy': _lazily('vacancy', 'plot_vacancy'),
    'nanoos.phonons': _lazily('phonons', 'plot_phonons'),
    'nanoos.surfaces': _lazily('surfaces', 'plot_surfaces'),
    'nanoos.expansion': _lazily('expansion', 'plot_expansion'),
}
