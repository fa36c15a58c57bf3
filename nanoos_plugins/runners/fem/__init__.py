"""Finite elements for a continuum: elasticity, homogenised polycrystals, heat and diffusion, on NGSolve.

Inside, lengths are in units of the largest extent of the part: its nanometres or metres must not meet the
fixed tolerances of geometry kernels, and the matrices stay of order one.
"""
