"""What the units inside are: from dimensionless numbers to quantities."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Scales:
    """Length [m] and speed [m/s] that are 1 inside, viscosity [Pa s], density [kg/m³]."""

    length: float
    speed: float
    viscosity: float
    density: float

    @property
    def reynolds(self) -> float:
        """Return the Reynolds number ρ U L/μ of the units."""
        return self.density * self.speed * self.length / self.viscosity

    @property
    def stress(self) -> float:
        """Return the unit of pressure and stress, μ U/L [Pa]."""
        return self.viscosity * self.speed / self.length

    @property
    def force(self) -> float:
        """Return the unit of a force over a length in two dimensions, μ U [N/m]."""
        return self.viscosity * self.speed

    @property
    def time(self) -> float:
        """Return the time in which the unit speed goes the unit length [s]."""
        return self.length / self.speed

    @property
    def diffusion_time(self) -> float:
        """Return the time in which momentum diffuses over the unit length, ρ L²/μ [s]."""
        return self.density * self.length**2 / self.viscosity
