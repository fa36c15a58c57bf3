"""A universal interatomic potential (CHGNet), pretrained or fine-tuned, by our own runner."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal

from ase import Atoms
from ase.data import atomic_numbers

from nanoos_plugins.engines.atomistic import AtomisticParameters, check_md_size, results_from_arrays
from nanoos_plugins.engines.contract import Engine, Program, Reference, quantity
from nanoos_plugins.engines.mlip_potential import check_elements, find_potential

if TYPE_CHECKING:
    from aiida import orm
    from aiida.engine import ProcessBuilder

    from nanoos_plugins.engines.results import Results

#: The largest atomic number that CHGNet has an embedding for (plutonium).
LAST_ELEMENT = 94


class MlipParameters(AtomisticParameters):
    """Parameters of the pretrained and fine-tuned potentials."""

    model: Literal['chgnet-0.3.0', 'chgnet-r2scan'] = quantity(
        'chgnet-0.3.0', '', 'weights: chgnet-0.3.0 is trained on PBE (+U), chgnet-r2scan on r2SCAN data'
    )
    potential: str | None = quantity(
        None,
        '',
        'fine-tuned model of kind chgnet that is run instead of these weights: its UUID or key, or its name, '
        "which means the newest one of one's own or of the system",
        coerce_numbers_to_str=True,
        max_length=200,
    )
    batch_size: int = quantity(16, '', 'structures of a batch that are evaluated in one pass', ge=1)


class Mlip(Engine[MlipParameters]):
    """CHGNet, a universal potential for the elements up to plutonium (doi:10.1038/s42256-023-00716-3)."""

    name = 'mlip'
    label = 'CHGNet'
    scale = 'atomistic'
    tasks = frozenset({'static', 'relax', 'relax_cell', 'md', 'path', 'hessian'})
    process = 'nanoos.mlip'
    code_plugin = 'nanoos.mlip'
    code_label = 'mlip'
    parameters = MlipParameters
    program = Program(executables=('python',), lock=None, command=None)

    def reference(self) -> Reference:
        """Return the energy of LiMnO2 that CHGNet's authors print in their introduction."""
        return Reference(
            structure=_lithium_manganate(),
            parameters={'model': 'chgnet-0.3.0'},
            quantity='energy',
            value=8 * -7.36769,
            tolerance=0.001,
            unit='eV',
            source='CHGNet 0.3.0 for mp-18767, examples/basics.ipynb of github.com/CederGroupHub/chgnet',
        )

    def pinned(self, parameters: Mapping[str, Any]) -> dict[str, Any]:
        """Return the UUID of the fine-tuned model that is meant now, if one is.

        :raises ValueError: see `find_potential`.
        """
        given = parameters.get('potential')
        return {} if given is None else {'potential': find_potential(str(given)).uuid}

    def get_builder(
        self,
        structure: orm.StructureData,
        parameters: MlipParameters,
        code: orm.AbstractCode | None,
        options: Mapping[str, Any],
    ) -> ProcessBuilder:
        """Return the builder of the calculation `nanoos.mlip` for one structure.

        :raises ValueError: for an element that the model does not know, md of one atom, a missing code, or a
            fine-tuned model that is not there, not seen by who acts, or of a kind that cannot be run.
        """
        from aiida import orm

        from nanoos_plugins.calculations.mlip import MlipCalculation

        if code is None:
            raise ValueError(f'{self.label} needs a code; run `nanoos engines install mlip`, or give one')
        check_md_size(structure, parameters)
        unknown = sorted(s for s in structure.get_symbols_set() if atomic_numbers.get(s, 999) > LAST_ELEMENT)
        if unknown:
            raise ValueError(f'{self.label} knows the elements up to Pu (94), not {", ".join(unknown)}')
        builder = MlipCalculation.get_builder()
        builder.code = code
        builder.structure = structure
        if parameters.potential is not None:
            potential = find_potential(parameters.potential)
            check_elements(potential, set(structure.get_symbols_set()))
            builder.potential = potential
        builder.parameters = orm.Dict(parameters.model_dump())
        builder['metadata']['options'] = dict(options)
        return builder

    def results(
        self, structure: orm.StructureData, parameters: MlipParameters, outputs: Mapping[str, orm.Data]
    ) -> Results:
        """Return the normalised results.

        :raises ValueError: when the output `arrays` or one of its arrays is missing.
        """
        return results_from_arrays(self, structure, parameters, outputs)


def _lithium_manganate() -> Atoms:
    """Return orthorhombic LiMnO2 (Pmmn, Materials Project mp-18767), 8 atoms."""
    fractions = [
        [0.5, 0.5, 0.37975],
        [0.0, 0.0, 0.62025],
        [0.5, 0.5, 0.863252],
        [0.0, 0.0, 0.136747],
        [0.5, 0.0, 0.360824],
        [0.0, 0.5, 0.098514],
        [0.5, 0.0, 0.901486],
        [0.0, 0.5, 0.639176],
    ]
    return Atoms('Li2Mn2O4', scaled_positions=fractions, cell=[2.868779, 4.634475, 5.832507], pbc=True)
