"""The inputs of active learning: rows and pool, what simulates, how it learns and chooses, when it ends."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aiida import orm

from nanoos_plugins.calculations.train import validate_settings
from nanoos_plugins.data.dataset import Dataset
from nanoos_plugins.data.template import Template
from nanoos_plugins.job_inputs import WORKFLOWS
from nanoos_plugins.ml.acquisition import ACQUISITIONS


def validate_workflow(value: orm.Str, _: Any) -> str | None:
    """Return what is wrong with the name of a property work chain."""
    known = ', '.join(WORKFLOWS)
    return None if value.value in WORKFLOWS else f'workflow: expected one of {known}, got {value.value!r}'


def validate_quantity(value: orm.Str, _: Any) -> str | None:
    """Return what is wrong with the name of a quantity."""
    output, _, entry = value.value.partition('.')
    if output and entry:
        return None
    return f'quantity: expected OUTPUT.QUANTITY, as in eos.bulk_modulus, got {value.value!r}'


def validate_acquisition(value: orm.Str, _: Any) -> str | None:
    """Return what is wrong with the name of a way to choose."""
    known = ', '.join(ACQUISITIONS)
    return (
        None if value.value in ACQUISITIONS else f'acquisition: expected one of {known}, got {value.value!r}'
    )


def validate_count(value: orm.Int, port: Any) -> str | None:
    """Return what is wrong with a number of simulations."""
    return None if value.value >= 1 else f'{port.name}: expected at least 1, got {value.value}'


def validate_pool(value: Mapping[str, Any], _: Any) -> str | None:
    """Return what is wrong with a pool."""
    return None if value else 'pool: expected at least one structure to choose from, got none'


def define_rows(spec: Any) -> None:
    """Declare what is known, and what can be chosen from."""
    spec.input(
        'dataset', valid_type=Dataset, help='Structures whose targets are known [unit of the targets].'
    )
    spec.input_namespace(
        'pool',
        valid_type=orm.StructureData,
        dynamic=True,
        validator=validate_pool,
        help='Structures to choose from by name, lengths in [Å].',
    )


def define_simulations(spec: Any) -> None:
    """Declare by what the structures of the pool are simulated."""
    spec.input(
        'workflow',
        valid_type=orm.Str,
        serializer=orm.to_aiida_type,
        validator=validate_workflow,
        help='What simulates: eos, elastic, … of `nanoos.<workflow>` [-].',
    )
    spec.input(
        'quantity',
        valid_type=orm.Str,
        serializer=orm.to_aiida_type,
        validator=validate_quantity,
        help='Output of it and quantity in that, as eos.bulk_modulus, in the unit of the data set.',
    )
    spec.input('template', valid_type=Template, help='Engine and its parameters.')
    spec.input(
        'protocol',
        valid_type=orm.Str,
        required=False,
        serializer=orm.to_aiida_type,
        help='fast, moderate or precise; by default that of the workflow [-].',
    )
    spec.input(
        'settings',
        valid_type=orm.Dict,
        required=False,
        serializer=orm.to_aiida_type,
        help='Inputs of the workflow and parameters of the engine, in their units.',
    )
    spec.input(
        'code',
        valid_type=orm.AbstractCode,
        required=False,
        help='Code of the engine; by default the own or provided one on localhost.',
    )
    spec.input(
        'options',
        valid_type=orm.Dict,
        required=False,
        serializer=orm.to_aiida_type,
        help='Options of the simulations for the scheduler, e.g. max_wallclock_seconds [s].',
    )


def define_learning(spec: Any) -> None:
    """Declare how models are trained and structures chosen, and when it ends."""
    spec.input(
        'training',
        valid_type=orm.Dict,
        default=lambda: orm.Dict({'model': 'gp'}),
        serializer=orm.to_aiida_type,
        validator=validate_settings,
        help='Settings of the trainings, `nanoos_plugins.ml.settings` [-].',
    )
    spec.input(
        'training_code',
        valid_type=orm.AbstractCode,
        required=False,
        help='Python that trains; by default the own or provided one on localhost.',
    )
    spec.input(
        'acquisition',
        valid_type=orm.Str,
        default=lambda: orm.Str('error'),
        serializer=orm.to_aiida_type,
        validator=validate_acquisition,
        help=f'How structures are chosen: {", ".join(ACQUISITIONS)} [-].',
    )
    for name, told in (('batch', 'side by side'), ('budget', 'in all')):
        spec.input(
            name,
            valid_type=orm.Int,
            serializer=orm.to_aiida_type,
            validator=validate_count,
            help=f'Most simulations {told} [-].',
        )
    spec.input(
        'target_error',
        valid_type=orm.Float,
        required=False,
        serializer=orm.to_aiida_type,
        help='End when the mean absolute error of the test rows is not larger [unit of the targets].',
    )
