"""What the calculations of our own programs share: `input.json` in, a summary and arrays out."""

from __future__ import annotations

import json
from typing import Any, ClassVar

from aiida import orm
from aiida.common.datastructures import CalcInfo, CodeInfo
from aiida.common.folders import Folder
from aiida.engine import CalcJob

from nanoos_plugins.runners.job import ARRAYS, INPUT, RESULTS

MESH = 'mesh'


class RunnerCalculation(CalcJob):
    """Run one of our programs in `nanoos_plugins.runners`; its code is a Python interpreter.

    A subclass names its `program` (the module) and may declare `structure` or `mesh` (a file) as inputs.
    """

    program: ClassVar[str]

    @classmethod
    def define(cls, spec: Any) -> None:
        """Declare parameters in, a summary and arrays out, and what can go wrong."""
        super().define(spec)
        spec.input(
            'parameters',
            valid_type=orm.Dict,
            help='Complete parameters of the engine [units as in its parameter model].',
        )
        options = spec.inputs['metadata']['options']
        options['parser_name'].default = f'nanoos.{cls.program}'
        options['resources'].default = {'num_machines': 1, 'num_mpiprocs_per_machine': 1}
        spec.output(
            'summary',
            valid_type=orm.Dict,
            help='Task, versions, converged, warnings, and quantities: {value, unit, uncertainty} by name.',
        )
        spec.output(
            'arrays',
            valid_type=orm.ArrayData,
            help='Profiles and fields by name [unit at the end of the name].',
        )
        spec.exit_code(
            300,
            'ERROR_NO_RESULTS',
            message='the program left no {name}; the end of its error output: {reason}',
            invalidates_cache=True,
        )
        spec.exit_code(
            310,
            'ERROR_INVALID_RESULTS',
            message='the results cannot be used: {reason}',
            invalidates_cache=True,
        )
        spec.exit_code(320, 'ERROR_REFUSED', message='cannot be computed: {reason}', invalidates_cache=True)

    def job(self) -> dict[str, Any]:
        """Return what `input.json` says."""
        job: dict[str, Any] = {'settings': self.inputs.parameters.get_dict()}
        if 'structure' in self.inputs:
            job['structure'] = structure_entry(self.inputs.structure)
        if 'mesh' in self.inputs:
            job['mesh'] = MESH + _suffix(self.inputs.mesh.filename)
        return job

    def prepare_for_submission(self, folder: Folder) -> CalcInfo:
        """Write the input of the program and say how to start it and what to retrieve."""
        job = self.job()
        with folder.open(INPUT, 'w', encoding='utf-8') as handle:
            json.dump(job, handle)
        code = CodeInfo()
        code.code_uuid = self.inputs.code.uuid
        code.cmdline_params = ['-m', f'nanoos_plugins.runners.{self.program}', INPUT]
        info = CalcInfo()
        info.codes_info = [code]
        info.retrieve_list = [RESULTS]
        info.retrieve_temporary_list = [ARRAYS]
        if 'mesh' in job:
            mesh = self.inputs.mesh
            info.local_copy_list = [(mesh.uuid, mesh.filename, job['mesh'])]
        return info


def structure_entry(structure: orm.StructureData) -> dict[str, Any]:
    """Return a structure as our programs read it, lengths [Å]."""
    atoms = structure.get_ase()
    return {
        'symbols': atoms.get_chemical_symbols(),
        'positions': atoms.get_positions().tolist(),
        'cell': atoms.cell.tolist(),
        'pbc': atoms.pbc.tolist(),
    }


def _suffix(filename: str) -> str:
    """Return the ending of a file name with its dot, by which programs know formats; empty for none."""
    _, dot, ending = filename.rpartition('.')
    return f'.{ending}' if dot and ending.isalnum() else ''
