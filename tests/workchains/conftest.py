"""An engine whose process does what a test has written for it, to reach every way in which one can end."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest
from aiida import orm
from aiida.engine import ExitCode, ProcessBuilder, WorkChain
from aiida.orm import ProcessNode

from nanoos_plugins.calculations.mock import mock_evaluate
from nanoos_plugins.data.template import Template
from nanoos_plugins.engines.contract import Parameters
from nanoos_plugins.engines.mock import Mock
from nanoos_plugins.launch import run

#: What the next processes do, one entry each; the last one is repeated.
SCRIPT: list[str] = []


class Scripted(WorkChain):
    """A process that takes the next line of the script: what to compute, and how to end."""

    @classmethod
    def define(cls, spec: Any) -> None:
        super().define(spec)
        spec.input('structure', valid_type=orm.StructureData)
        spec.input('parameters', valid_type=orm.Dict)
        spec.output('arrays', valid_type=orm.ArrayData, required=False)
        spec.outline(cls.act)

    def act(self) -> ExitCode | None:
        line = SCRIPT.pop(0) if len(SCRIPT) > 1 else SCRIPT[0]
        if line == 'raise':
            raise RuntimeError('the script says so')
        if line in ('compute', 'compute and fail'):
            self.out('arrays', mock_evaluate(self.inputs.structure, self.inputs.parameters))
        return ExitCode(499, 'the script says so') if line.endswith('fail') else None


class ScriptedEngine(Mock):
    """The mock engine with `Scripted` as its process."""

    without_stress = False
    unconverged = False

    def get_builder(
        self,
        structure: orm.StructureData,
        parameters: Parameters,
        code: orm.AbstractCode | None,
        options: Mapping[str, Any],
    ) -> ProcessBuilder:
        mock = super().get_builder(structure, parameters, code, options)
        builder = Scripted.get_builder()
        builder.structure, builder.parameters = mock.structure, mock.parameters
        return builder

    def results(
        self, structure: orm.StructureData, parameters: Parameters, outputs: Mapping[str, orm.Data]
    ) -> Any:
        from dataclasses import replace

        results = super().results(structure, parameters, outputs)
        if self.without_stress:
            results = replace(results, stress=None)
        if self.unconverged:
            results = replace(results, converged=False)
        return results


@pytest.fixture
def scripted(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., type[ScriptedEngine]]]:
    """Return a function that sets the script of the next processes and returns the engine's class."""

    def write(*lines: str) -> type[ScriptedEngine]:
        class Engine(ScriptedEngine):
            pass

        SCRIPT[:] = lines
        for module in ('workchains.simulation', 'nanoos_plugins.calculations.normalise'):
            monkeypatch.setattr(f'{module}.load_engine', lambda name: Engine())
        monkeypatch.setattr('workchains.simulation.load_process', lambda name: Scripted)
        return Engine

    yield write
    SCRIPT.clear()


@pytest.fixture(scope='session')
def mock(profile: Any) -> Template:
    """Return a stored template of the mock engine with its defaults."""
    return Template(name='mock with defaults', engine='mock').store()


@pytest.fixture
def run_chain() -> Callable[..., ProcessNode]:
    """Return a function that runs a property chain with the inputs of a protocol, here and now."""

    def go(name: str, structure: orm.StructureData, template: Template, **inputs: Any) -> ProcessNode:
        from aiida.plugins import WorkflowFactory

        builder = WorkflowFactory(f'nanoos.{name}').get_builder_from_protocol(structure, template, **inputs)
        return run(f'nanoos.{name}', builder._inputs(prune=True))

    return go
