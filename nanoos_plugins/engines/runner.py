"""What the engines that are programs of our own share: the way in, the way out, and how a run goes."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar, cast

from nanoos_plugins.engines.contract import Curve, Engine, ParametersT, Program
from nanoos_plugins.engines.results import Quantity, Results
from nanoos_plugins.runners.job import LIVE

if TYPE_CHECKING:
    from aiida import orm
    from aiida.engine import ProcessBuilder


class RunnerEngine(Engine[ParametersT]):
    """An engine whose process is a `RunnerCalculation`, in the environment of this package."""

    program: ClassVar[Program | None] = Program(executables=('python',), lock=None, command=None)
    live_file: ClassVar[str | None] = LIVE

    def check(self, structure: Any, parameters: ParametersT) -> None:  # noqa: B027 - most check no more
        """Refuse what cannot be run, before anything is submitted.

        :raises ValueError: says what to do instead.
        """

    def get_builder(
        self,
        structure: Any,
        parameters: ParametersT,
        code: orm.AbstractCode | None,
        options: Mapping[str, Any],
    ) -> ProcessBuilder:
        """Return the builder of the calculation.

        :raises ValueError: for a missing code, or what `check` refuses.
        """
        from aiida import orm
        from aiida.plugins import CalculationFactory

        if code is None:
            raise ValueError(
                f'{self.label} needs a code; run `nanoos engines install {self.name}`, or give one'
            )
        self.check(structure, parameters)
        builder: Any = cast('Any', CalculationFactory(self.process)).get_builder()
        builder.code = code
        builder.parameters = orm.Dict(parameters.model_dump(mode='json'))
        if structure is not None:
            builder[self.evaluates] = structure
        builder['metadata']['options'] = dict(options)
        return cast('ProcessBuilder', builder)

    def results(self, structure: Any, parameters: ParametersT, outputs: Mapping[str, orm.Data]) -> Results:
        """Return the normalised results.

        :raises ValueError: when the output `summary` or `arrays` is missing.
        """
        missing = sorted({'summary', 'arrays'} - set(outputs))
        if missing:
            raise ValueError(f'{self.label}: no output {", ".join(missing)}; got {sorted(outputs)}')
        summary = cast('orm.Dict', outputs['summary']).get_dict()
        arrays = cast('orm.ArrayData', outputs['arrays'])
        return Results(
            engine=self.name,
            label=self.label,
            task=parameters.task,
            n_atoms=len(structure.sites) if structure is not None and self.evaluates == 'structure' else None,
            converged=summary['converged'],
            quantities={name: Quantity(**given) for name, given in summary['quantities'].items()},
            arrays={name: arrays.get_array(name) for name in arrays.get_arraynames()},
            figures=summary['figures'],
            warnings=summary['warnings'],
        )

    def live(self, text: str) -> list[Curve]:
        """Return the columns of `live.csv` against its first, as far as complete lines have been written."""
        return curves_of(text)


def curves_of(text: str) -> list[Curve]:
    """Return the columns of `live.csv` against its first, as far as complete lines have been written."""
    rows = list(csv.reader(text.splitlines()))
    if not rows:
        return []
    head, width = rows[0], len(rows[0])
    values = [numbers for row in rows[1:] if len(row) == width and (numbers := _numbers(row))]
    curves = []
    for column in range(1, width):
        name, unit = _name_and_unit(head[column])
        x, y = [row[0] for row in values], [row[column] for row in values]
        curves.append(Curve(name, unit, head[0], x, y))
    return curves


def _numbers(row: list[str]) -> list[float]:
    """Return the numbers of a line, empty when one of them is none (a line cut in the middle)."""
    try:
        return [float(value) for value in row]
    except ValueError:
        return []


def _name_and_unit(title: str) -> tuple[str, str]:
    """Return name and unit of a title `name [unit]`."""
    name, _, unit = title.partition(' [')
    return name, unit.rstrip(']')
