"""What dictionaries of results say, with its units."""

from __future__ import annotations

from nanoos_plugins.data.quantities import Quantity, quantities


def test_units_are_found_at_any_depth() -> None:
    document = {
        'energy': {'value': -3.5, 'unit': 'eV', 'uncertainty': 0.1},
        'volume_A3': 11.8,
        'bulk_modulus_GPa': {'voigt': 140.0, 'reuss': 139.0},
        'dos_at_fermi_per_eV': 0.3,
        'zero_point_energy_eV_per_atom': 0.02,
        'mechanically_stable': True,
        'K': 7,
        'C44': 75.4,
        'warnings': [],
        'fermi_energy_eV': None,
    }
    assert list(quantities(document)) == [
        Quantity('energy', -3.5, 'eV', 0.1),
        Quantity('volume', 11.8, 'Å³'),
        Quantity('bulk_modulus.voigt', 140.0, 'GPa'),
        Quantity('bulk_modulus.reuss', 139.0, 'GPa'),
        Quantity('dos_at_fermi', 0.3, '1/eV'),
        Quantity('zero_point_energy', 0.02, 'eV/atom'),
        Quantity('mechanically_stable', True),
        Quantity('K', 7),
        Quantity('C44', 75.4, 'GPa'),
    ]
