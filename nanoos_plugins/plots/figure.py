"""What all plots share: their look, their title, the labels of a path, and how they are written."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from nanoos_plugins.engines.contract import load_engine

if TYPE_CHECKING:
    from aiida import orm

BLUE, ORANGE, GREEN, GREY = '#0b5cad', '#d1610a', '#2a8a57', '#6b6b6b'
STYLE: Any = {
    'font.size': 10.0,
    'axes.linewidth': 0.8,
    'axes.titlesize': 11.0,
    'legend.frameon': False,
    'lines.linewidth': 1.4,
    'xtick.direction': 'in',
    'ytick.direction': 'in',
}
LABELS = {'GAMMA': 'Γ', 'SIGMA': 'Σ', 'DELTA': 'Δ', 'LAMBDA': 'Λ'}


def outputs_of(node: orm.ProcessNode, *labels: str) -> list[Any]:
    """Return the outputs of a process by label.

    :raises ValueError: when one is missing, as for a process that failed or is still running.
    """
    missing = [label for label in labels if label not in node.outputs]
    if missing:
        state = node.process_state.value if node.process_state else 'created'
        end = f', exit status {node.exit_status}: {node.exit_message}' if node.is_failed else ''
        raise ValueError(f'process {node.pk} has no {", ".join(missing)} to plot: it is {state}{end}')
    return [node.outputs[label] for label in labels]


def title_of(node: orm.ProcessNode, what: str) -> str:
    """Return a title: what, of which material, by which engine; the mock engine is called by its label."""
    formula = node.inputs.structure.get_formula(mode='hill_compact')
    return f'{what} of {formula} · {load_engine(node.inputs.template.engine).label}'


def new_figure(columns: int = 1, widths: Sequence[float] | None = None) -> tuple[Figure, list[Axes]]:
    """Return a figure with axes side by side, in the style of all plots; nothing of pyplot is touched."""
    with rc_context(STYLE):
        figure = Figure(figsize=(3.4 + 3.0 * columns, 4.2), layout='constrained')
        FigureCanvasAgg(figure)
        ratios = {'width_ratios': list(widths)} if widths else None
        axes = figure.subplots(1, columns, squeeze=False, gridspec_kw=ratios)
    return figure, list(axes[0])


def write(figure: Figure, title: str, path: Path) -> Path:
    """Write the figure as a PNG of 200 dots an inch and return its path.

    :raises ValueError: when the path does not end in `.png`.
    """
    if path.suffix.lower() != '.png':
        raise ValueError(f'plots are written as PNG: {path.name!r} must end in .png')
    figure.suptitle(title, fontsize=11)
    with rc_context(STYLE):
        figure.savefig(path, dpi=200)
    return path


def path_segments(
    labels: Sequence[tuple[int, str]], count: int
) -> tuple[list[slice], list[float], list[str]]:
    """Return the continuous pieces of a path of `count` points, and its ticks.

    Where two labels sit on neighbouring points the path jumps: it is cut there and both labels share a tick.

    :returns: the pieces as slices; the positions of the ticks as indices of points; their labels.
    """
    cuts = [0]
    ticks: list[float] = []
    names: list[str] = []
    for order, (index, name) in enumerate(labels):
        text = LABELS.get(name, name.replace('_', ''))
        if order and index == labels[order - 1][0] + 1:
            cuts.append(index)
            names[-1] = f'{names[-1]}|{text}'
        else:
            ticks.append(float(index))
            names.append(text)
    return [slice(a, b) for a, b in zip(cuts, [*cuts[1:], count], strict=True)], ticks, names
