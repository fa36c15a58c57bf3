"""Lattice kinetic Monte Carlo of vacancies, solutes and adatoms: `python -m nanoos_plugins.runners.kmc`."""
