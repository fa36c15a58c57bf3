"""Incompressible Navier-Stokes flow by finite elements, on NGSolve: channels, a cavity, an obstacle.

Inside, lengths are in units of a length L of the task, velocities of a speed U, and stresses of μ U/L, so
that channels of nanometres are computed as well as those of metres. The equations are then, with the Reynolds
number Re = ρ U L/μ, Re (∂u/∂t + (u·∇) u) = -∇p + Δu and ∇·u = 0.
"""
