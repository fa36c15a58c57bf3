"""Every port of our processes says what it is, and every parameter of an engine names its unit."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from importlib.metadata import distribution
from typing import Any

import pytest
from aiida import orm
from aiida.engine import CalcJob, Process
from aiida.engine.processes.ports import PortNamespace

from nanoos_plugins.engines.contract import engine_names, load_engine
from nanoos_plugins.job_inputs import WORKFLOWS

PROCESSES = {
    entry.name: entry.load()
    for entry in distribution('nanoos').entry_points
    if entry.group in {'aiida.calculations', 'aiida.workflows'}
}
CLASSES = {name: process for name, process in PROCESSES.items() if inspect.isclass(process)}
NUMERIC = (orm.Float, orm.Int, orm.List, orm.ArrayData, orm.XyData)


def own_ports(
    namespace: PortNamespace, inherited: PortNamespace, path: str = ''
) -> Iterator[tuple[str, Any]]:
    """Yield (path, port) of the leaves in `namespace` that are not AiiDA's own (`inherited`)."""
    for name, port in namespace.items():
        if name in inherited or name == 'metadata':
            continue
        if isinstance(port, PortNamespace) and len(port):
            yield from own_ports(port, inherited, f'{path}{name}.')
        else:
            yield f'{path}{name}', port


def ports_of(process: type[Process]) -> list[tuple[str, Any]]:
    """Return the input and output leaves that `process` adds to its AiiDA base class."""
    base = CalcJob if issubclass(process, CalcJob) else Process
    return [
        *own_ports(process.spec().inputs, base.spec().inputs),
        *own_ports(process.spec().outputs, base.spec().outputs),
    ]


@pytest.mark.parametrize('name', CLASSES)
def test_every_port_has_help(name: str) -> None:
    bare = [path for path, port in ports_of(CLASSES[name]) if not (port.help or '').strip()]
    assert not bare, f'{name}: ports without help: {bare}'


@pytest.mark.parametrize('name', CLASSES)
def test_every_numeric_port_names_its_unit(name: str) -> None:
    bare = []
    for path, port in ports_of(CLASSES[name]):
        types = port.valid_type if isinstance(port.valid_type, tuple) else (port.valid_type,)
        if any(isinstance(t, type) and issubclass(t, NUMERIC) for t in types) and '[' not in (
            port.help or ''
        ):
            bare.append(path)
    assert not bare, f'{name}: numeric ports whose help names no [unit]: {bare}'


@pytest.mark.parametrize('name', engine_names())
def test_every_engine_parameter_names_its_unit(name: str) -> None:
    schema = load_engine(name).parameters.model_json_schema()
    for key, field in schema['properties'].items():
        assert 'unit' in field, f'{name}.{key} has no unit (an empty one says dimensionless)'
        assert field.get('description'), f'{name}.{key} has no description'


@pytest.mark.parametrize('name', engine_names())
def test_a_setting_means_one_thing(name: str) -> None:
    """Settings of a job go to the workflow or to the engine by their name, so none may be of both."""
    engine = load_engine(name)
    forces = 'static' in engine.tasks
    for workflow in WORKFLOWS if forces else ('simulation',):
        both = set(engine.parameters.model_fields) & set(CLASSES[f'nanoos.{workflow}'].spec().inputs)
        assert not both, f'{name} and nanoos.{workflow} both have {sorted(both)}'
