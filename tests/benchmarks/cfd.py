"""How exact and how fast the flows are: against exact solutions, published tables, bounds, and a clock.

`SHEDDING=0` leaves out the longest case (vortices shed in time), `STEPS` (default 4000) are its time steps;
`OMP_NUM_THREADS` sets the threads. The tables of Ghia, Ghia & Shin are in tests/data/ghia-cavity.csv. The
bounds of 2D-1 and 2D-2 are those of Schäfer & Turek (1996), doi:10.1007/978-3-322-89849-4_39.
"""

from __future__ import annotations

import csv
import json
import math
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
from scipy.interpolate import CubicSpline

from tests.benchmarks.report import end_on_sigterm, report

GHIA = Path(__file__).parents[1] / 'data' / 'ghia-cavity.csv'
#: What the file says of it: a misprint.
MISPRINT = ('v', '0.9063', 're400')
DFG = {
    'task': 'obstacle', 'density': 1.0, 'viscosity': 1e-3, 'size': 0.41, 'length': 2.2, 'speed': 0.2,
    'obstacle_diameter': 0.1, 'obstacle_x': 0.2, 'obstacle_y': 0.2,
}  # fmt: skip
#: Of 2D-2: time at the end [s], and steps.
END, STEPS = 5.0, int(os.environ.get('STEPS', '4000'))
STEADY = {
    'drag_coefficient': (5.57, 5.59),
    'lift_coefficient': (0.0104, 0.0110),
    'pressure_difference': (0.1172, 0.1176),
    'recirculation_length': (0.0842, 0.0852),
}
PERIODIC = {
    'largest_drag_coefficient': (3.22, 3.24),
    'largest_lift_coefficient': (0.99, 1.01),
    'strouhal_number': (0.295, 0.305),
}
TARGETS = {
    'ghia_100': '<= 0.01 of the lid speed',
    'ghia_400': '<= 0.01 of the lid speed, without one misprint',
    'poiseuille': '<= 1e-8',
    'slip': '<= 1e-8',
    'order_P2': '3 ± 0.25',
    'order_P3': '4 ± 0.25',
    'order_time': '2 ± 0.3',
    'mass_imbalance': '<= 1e-8',
    **{f'2D-1 {name}': f'{low} to {high}' for name, (low, high) in STEADY.items()},
    **{f'2D-2 {name}': f'{low} to {high}' for name, (low, high) in PERIODIC.items()},
}


def computed(**given: Any) -> tuple[dict[str, float], dict[str, Any], float, int]:
    """Run the program; return values by name, arrays, seconds and unknowns."""
    from nanoos_plugins.engines.cfd import CfdParameters

    with tempfile.TemporaryDirectory(prefix='nanoos-bench-') as name:
        folder = Path(name)
        job = {'settings': CfdParameters(**given).model_dump(mode='json')}
        (folder / 'input.json').write_text(json.dumps(job), encoding='utf-8')
        begin = time.perf_counter()
        done = subprocess.run(
            [sys.executable, '-m', 'nanoos_plugins.runners.cfd', str(folder / 'input.json')], check=False
        )
        seconds = time.perf_counter() - begin
        summary = json.loads((folder / 'results.json').read_text(encoding='utf-8'))
        if done.returncode:
            sys.exit(summary.get('error', 'the program failed'))
        values = {name: one['value'] for name, one in summary['quantities'].items()}
        with np.load(folder / 'results.npz') as arrays:
            return values, dict(arrays), seconds, summary['unknowns']


def ghia(reynolds: int) -> tuple[float, float]:
    """Return the largest deviation from the table, over the speed of the lid, and seconds."""
    _, arrays, seconds, _ = computed(
        task='cavity', density=1.0, size=1.0, speed=1.0, viscosity=1 / reynolds, cells=20, order=4
    )
    lines = [line for line in GHIA.read_text(encoding='utf-8').splitlines() if not line.startswith('#')]
    table = list(csv.DictReader(lines))
    worst = 0.0
    for component, axis in (('u', 'x'), ('v', 'y')):
        curve = CubicSpline(arrays['profile_distance_m'], arrays[f'profile_velocity_{axis}_m_per_s'])
        for row in table:
            if row['component'] == component and (component, row['place'], f're{reynolds}') != MISPRINT:
                worst = max(worst, abs(float(curve(float(row['place']))) - float(row[f're{reynolds}'])))
    return worst, seconds


def channel_error(slip: float) -> float:
    """Return the relative error of the flow rate between plates, h³ G/12μ (1 + 6 λ/h)."""
    values, *_ = computed(slip_length=slip * 1e-6)
    return abs(values['flow_rate'] / (1e-18 * 1e7 / (12 * 1.002e-3) * (1 + 6 * slip)) - 1)


def kovasznay_error(order: int, cells: int) -> float:
    """Return the L2 error of the velocity for Kovasznay's flow at Re = 40, doi:10.1017/S0305004100023999."""
    import ngsolve as ng
    from ngsolve.meshes import MakeStructured2DMesh

    from nanoos_plugins.runners.cfd.flow import Flow
    from nanoos_plugins.runners.cfd.steady import Newton, Numerics

    rate = 20 - math.sqrt(400 + 4 * math.pi**2)
    mesh = MakeStructured2DMesh(
        quads=False, nx=cells, ny=cells, mapping=lambda x, y: (1.5 * x - 0.5, y - 0.5)
    )
    fall, angle = ng.exp(rate * ng.x), 2 * math.pi * ng.y
    exact = ng.CF((1 - fall * ng.cos(angle), rate / (2 * math.pi) * fall * ng.sin(angle)))
    sides = 'left|right|top|bottom'
    flow = Flow(mesh, order, sides, sides, closed=True)
    flow.hold(exact, sides, '')
    Newton(flow, flow.pushed(0.0, ''), Numerics(1e-11, 50)).solve(40.0)
    difference = flow.velocity - exact
    return math.sqrt(ng.Integrate(ng.InnerProduct(difference, difference), mesh, order=12))


def start_error(steps: int) -> float:
    """Return the error of the mean velocity of a flow that starts from rest, over its last one (Fourier)."""
    end = 2e-7
    _, arrays, *_ = computed(mode='transient', end_time=end, time_steps=steps, cells=12, order=4)
    n = np.arange(1, 80, 2)
    decay = np.exp(-(n**2) * math.pi**2 * 1.002e-3 / 998.2 * end / 1e-12)
    share = 1 - (96 / (math.pi * n) ** 4 * decay).sum()
    last = 1e7 * 1e-12 / (12 * 1.002e-3)
    return float(abs(arrays['series_mean_velocity_m_per_s'][-1] / last - share))


def within(values: dict[str, float], bounds: dict[str, tuple[float, float]]) -> bool:
    """Return whether all values are within their bounds."""
    return all(low <= values.get(name, math.nan) <= high for name, (low, high) in bounds.items())


def main() -> None:
    """Measure and report."""
    end_on_sigterm()
    rows: list[list[str]] = []
    figures: dict[str, Any] = {}

    def add(name: str, what: str, value: float, expected: str, form: str = '.2g') -> float:
        rows.append([what, f'{value:{form}}', expected])
        figures[name] = float(f'{value:.6g}')
        return value

    good = []
    for reynolds in (100, 400):
        worst, seconds = ghia(reynolds)
        what = f'cavity at Re = {reynolds}: largest deviation from the table, of the lid speed'
        good.append(add(f'ghia_{reynolds}', what, worst, '<= 0.01') <= 0.01)
        add(f'ghia_{reynolds}_seconds', f'cavity at Re = {reynolds}: seconds', seconds, '')
    for name, slip in (('poiseuille', 0.0), ('slip', 0.3)):
        what = f'plates, slip length {slip:g} h: relative error of the flow rate'
        good.append(add(name, what, channel_error(slip), '<= 1e-8') <= 1e-8)
    for order in (2, 3):
        found = math.log2(kovasznay_error(order, 8) / kovasznay_error(order, 16))
        what = f"order of convergence in L2, Kovasznay's flow, P{order}"
        good.append(abs(add(f'order_P{order}', what, found, f'{order + 1}', '.3g') - order - 1) <= 0.25)
    found = math.log2(start_error(40) / start_error(80))
    good.append(abs(add('order_time', 'order in time, flow from rest', found, '2', '.3g') - 2) <= 0.3)
    values, _, seconds, unknowns = computed(**DFG, cells=16, order=4)
    for name, (low, high) in STEADY.items():
        add(f'2D-1 {name}', f'2D-1: {name.replace("_", " ")}', values[name], f'{low} to {high}', '.6g')
    good.append(within(values, STEADY))
    lost = values['mass_imbalance']
    good.append(add('mass_imbalance', '2D-1: share of mass that is lost', lost, '<= 1e-8') <= 1e-8)
    add('2D-1 unknowns', '2D-1: unknowns', unknowns, '', 'g')
    add('2D-1 seconds', '2D-1: seconds', seconds, '')
    if os.environ.get('SHEDDING', '1') != '0':
        settings = {**DFG, 'speed': 1.0, 'mode': 'transient', 'end_time': END, 'time_steps': STEPS}
        values, _, seconds, unknowns = computed(**{**settings, 'cells': 8, 'order': 3})
        for name, (low, high) in PERIODIC.items():
            add(f'2D-2 {name}', f'2D-2: {name.replace("_", " ")}', values[name], f'{low} to {high}', '.6g')
        good.append(within(values, PERIODIC))
        add('2D-2 courant_number', '2D-2: Courant number', values['courant_number'], '', '.3g')
        add('2D-2 unknowns', '2D-2: unknowns', unknowns, '', 'g')
        add('2D-2 seconds', '2D-2: seconds', seconds, '')
    report('cfd', ['what', 'ours', 'expected'], rows, figures, TARGETS, all(good))


if __name__ == '__main__':
    main()
