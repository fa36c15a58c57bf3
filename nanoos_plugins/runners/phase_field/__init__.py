"""Phase fields: Cahn-Hilliard and Allen-Cahn by a spectral method with steps in time that adapt.

Inside, lengths, energies and times are in units of the material (`Material.length` …), so that the gradient
coefficient and the mobility are 1 and nanometres, J/m³ and hours do not meet in one sum. The free energy is
F = ∫ [f(c) + κ/2 |∇c|²] dV throughout; texts that write κ |∇c|² have half of our κ.
"""
