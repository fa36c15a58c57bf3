"""The mock engine's process: a smooth Lennard-Jones solid, computed at once inside AiiDA."""

from __future__ import annotations

from typing import Any

from aiida import orm
from aiida.engine import WorkChain, calcfunction
from ase.calculators.lj import LennardJones

from nanoos_plugins.runners.atomistic import evaluate, stack


@calcfunction
def mock_evaluate(
    structure: orm.StructureData, parameters: orm.Dict, final: orm.StructureData | None = None
) -> orm.ArrayData:
    """Mock engine (testing only): evaluate the Lennard-Jones solid and return its arrays.

    :param structure: any structure; all elements are alike.
    :param parameters: the complete parameters of the mock engine.
    :param final: the other end of a path.
    :return: arrays as of `runners.atomistic.stack`, in eV, Å, eV/Å and GPa.
    """
    settings = parameters.get_dict()
    cutoff = settings['cutoff']
    calculator = LennardJones(
        epsilon=settings['epsilon'], sigma=settings['sigma'], rc=cutoff, ro=0.66 * cutoff, smooth=True
    )
    node = orm.ArrayData()
    other_end = None if final is None else final.get_ase()
    evaluation = evaluate(structure.get_ase(), calculator, settings, other_end)
    for name, array in stack([evaluation]).items():
        node.set_array(name, array)
    return node


class MockWorkChain(WorkChain):
    """Mock engine (testing only): one step that calls one calcfunction, deterministic, without a program."""

    @classmethod
    def define(cls, spec: Any) -> None:
        """Declare one structure and its parameters in, one ArrayData out."""
        super().define(spec)
        spec.input('structure', valid_type=orm.StructureData, help='Structure to evaluate, lengths in [Å].')
        spec.input(
            'parameters',
            valid_type=orm.Dict,
            help='Complete parameters of the mock engine [units as in its parameter model].',
        )
        spec.input(
            'final',
            valid_type=orm.StructureData,
            required=False,
            help='Other end of a path, lengths in [Å].',
        )
        spec.output(
            'arrays',
            valid_type=orm.ArrayData,
            help='Mock engine (testing only): energy [eV], forces [eV/Å], stress [GPa], lengths [Å].',
        )
        spec.outline(cls.evaluate)

    def evaluate(self) -> None:
        """Evaluate the structure and expose the arrays."""
        self.out(
            'arrays',
            mock_evaluate(**{name: node for name, node in self.inputs.items() if name != 'metadata'}),
        )
