"""Density of states by the linear tetrahedron method, Fermi level and band gap, from eigenvalues."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import spglib
from aiida import orm
from aiida.engine import calcfunction
from phonopy.phonon.grid import (
    BZGrid,
    get_ir_grid_points,
    get_ir_kpoint_map,
    get_qpoints_from_bz_grid_points,
)
from phonopy.phonon.spectrum import TetrahedronDOSAccumulator

Array = npt.NDArray[np.float64]


@calcfunction
def irreducible_kpoints(structure: orm.StructureData, spacing: orm.Float) -> dict[str, orm.Data]:
    """Return the irreducible points of a Γ-centred mesh with at most `spacing` [1/Å] between its points.

    :returns: `kpoints`: explicit list with weights (sum 1); `mesh`: List of its three divisions.
    """
    kpoints = orm.KpointsData()
    kpoints.set_cell_from_structure(structure)
    kpoints.set_kpoints_mesh_from_density(spacing.value)
    mesh = [int(division) for division in kpoints.get_kpoints_mesh()[0]]
    grid = brillouin_zone_grid(structure, mesh)
    points, weights, _ = get_ir_grid_points(grid)
    fractional = get_qpoints_from_bz_grid_points(grid.grg2bzg[points], grid)
    irreducible = orm.KpointsData()
    irreducible.set_cell_from_structure(structure)
    irreducible.set_kpoints(fractional, weights=weights / weights.sum())
    return {'kpoints': irreducible, 'mesh': orm.List(mesh)}


def brillouin_zone_grid(structure: orm.StructureData, mesh: list[int]) -> BZGrid:
    """Return phonopy's grid of the Brillouin zone; sites of different kinds are never symmetry-equivalent."""
    kinds = structure.get_kind_names()
    numbers = [kinds.index(site.kind_name) for site in structure.sites]
    cell = np.array(structure.cell)
    fractional = np.array([site.position for site in structure.sites]) @ np.linalg.inv(cell)
    dataset = spglib.get_symmetry_dataset((cell, fractional, numbers), symprec=1e-4)
    return BZGrid(mesh, lattice=cell, symmetry_dataset=dataset)


@calcfunction
def density_of_states(
    structure: orm.StructureData,
    path_bands: orm.BandsData,
    mesh_bands: orm.BandsData,
    mesh: orm.List,
    parameters: orm.Dict,
    settings: orm.Dict,
) -> dict[str, orm.Data]:
    """Return the density of states, and what kind of conductor this is.

    :param mesh_bands: eigenvalues [eV] at the points of `irreducible_kpoints`, `path_bands` along a path.
    :param parameters: with `number_of_electrons` [-], and `non_colinear_calculation` where it is one.
    :param settings: `energy_step_eV`.
    :returns: `dos`: energies [eV] against `density` [1/eV] per cell and `integrated` [-] (with two spins
        also `density_up`, `density_down`), up to where the computed bands are complete; `summary`: see
        `conductor`, with `dos_at_fermi_per_eV`, `n_electrons`, `n_bands`, `spin_polarized`.
    """
    electrons = float(parameters['number_of_electrons'])
    levels = eigenvalues(mesh_bands)
    spins = 2 if parameters.get_dict().get('non_colinear_calculation') else len(levels)
    grid = brillouin_zone_grid(structure, mesh.get_list())
    kpoints, weights = mesh_bands.get_kpoints(also_weights=True)
    ordered = levels[:, get_ir_kpoint_map(kpoints, weights, grid)]
    energies = np.arange(
        levels.min() - 1.0, levels[..., -1].min(axis=1).min(), settings['energy_step_eV'], dtype=float
    )
    density, integrated = tetrahedron_dos(ordered, grid, energies)
    degeneracy = 2.0 / spins
    dos = orm.XyData()
    dos.set_x(energies, 'energy', 'eV')
    curves = {'density': degeneracy * density.sum(axis=0), 'integrated': degeneracy * integrated.sum(axis=0)}
    if len(levels) == 2:
        curves |= {'density_up': density[0], 'density_down': density[1]}
    dos.set_y(list(curves.values()), list(curves), ['-' if k == 'integrated' else '1/eV' for k in curves])
    both = [(eigenvalues(bands), bands.get_kpoints()) for bands in (path_bands, mesh_bands)]
    points = np.concatenate([k for _, k in both])
    summary = conductor(np.concatenate([e for e, _ in both], axis=1), points, electrons, spins)
    if summary['is_metal']:
        summary['fermi_energy_eV'] = float(np.interp(electrons, curves['integrated'], energies))
    summary['dos_at_fermi_per_eV'] = float(np.interp(summary['fermi_energy_eV'], energies, curves['density']))
    summary |= {'n_electrons': electrons, 'n_bands': levels.shape[2], 'spin_polarized': len(levels) == 2}
    return {'dos': dos, 'summary': orm.Dict(summary)}


def eigenvalues(bands: orm.BandsData) -> Array:
    """Return the eigenvalues as (n_spins, n_kpoints, n_bands) [eV], sorted at each point."""
    values = np.asarray(bands.get_bands(), dtype=float)
    return np.sort(values if values.ndim == 3 else values[None], axis=2)


def tetrahedron_dos(levels: Array, grid: BZGrid, energies: Array) -> tuple[Array, Array]:
    """Return the density of states and its integral, both (n_spins, n_energies), one state a band.

    Linear tetrahedron method as in phonopy: Blöchl, Jepsen and Andersen, Phys. Rev. B 49, 16223 (1994),
    doi:10.1103/PhysRevB.49.16223, without its correction.

    :param levels: (n_spins, n_irreducible, n_bands) [eV] in the order of the grid's irreducible points.
    """
    points, weights, mapping = get_ir_grid_points(grid)
    results = [
        TetrahedronDOSAccumulator(
            np.ascontiguousarray(channel),
            grid,
            ir_grid_points=points,
            ir_grid_weights=weights,
            ir_grid_map=mapping,
            sampling_points=energies,
        ).result
        for channel in levels
    ]
    density = np.array([result.density[0, :, 0] for result in results])
    integrated = np.array([result.cumulative[0, :, 0] for result in results])
    return density, integrated


def conductor(levels: Array, kpoints: Array, electrons: float, spins: int) -> dict[str, Any]:
    """Return whether a set of bands is a metal, and the gap if it is not.

    The lowest `electrons` states are filled at every k-point: a gap is left when the highest of them lies
    below the lowest other one. The Fermi level of an insulator is given as the middle of its gap.

    :param levels: (n_spins, n_kpoints, n_bands) [eV]; `spins`: 1 when a band holds two electrons, else 2.
    :returns: `is_metal`, `fermi_energy_eV` (None for a metal: it follows from the density of states),
        `gap_eV`, `direct_gap_eV`, `gap_type` (direct, indirect, None), `valence_band_maximum_eV`,
        `conduction_band_minimum_eV` and their points `valence_k`, `conduction_k` [reciprocal vectors].
    :raises ValueError: when there is no empty band.
    """
    states = np.sort(np.concatenate(levels, axis=1), axis=1)
    if spins == 1:
        states = np.repeat(states, 2, axis=1)
    filled = round(electrons)
    metal = {'is_metal': True, 'fermi_energy_eV': None, 'gap_eV': 0.0, 'direct_gap_eV': 0.0, 'gap_type': None}
    if filled >= states.shape[1]:
        raise ValueError(
            f'{electrons} electrons fill all {states.shape[1]} states that were computed: at least one empty '
            'band is needed to tell a metal from an insulator; raise nbands_factor'
        )
    if abs(filled - electrons) > 1e-6:
        return metal
    valence, conduction = states[:, filled - 1], states[:, filled]
    top, bottom = int(valence.argmax()), int(conduction.argmin())
    gap = float(conduction[bottom] - valence[top])
    if gap <= 0:
        return metal
    direct = float((conduction - valence).min())
    return {
        'is_metal': False,
        'fermi_energy_eV': float(valence[top] + 0.5 * gap),
        'gap_eV': gap,
        'direct_gap_eV': direct,
        # one meV: what eigenvalues at equivalent points differ by
        'gap_type': 'direct' if direct - gap < 1e-3 else 'indirect',
        'valence_band_maximum_eV': float(valence[top]),
        'conduction_band_minimum_eV': float(conduction[bottom]),
        'valence_k': [float(x) for x in kpoints[top]],
        'conduction_k': [float(x) for x in kpoints[bottom]],
    }
