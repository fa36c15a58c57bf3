"""From the results of one step to the parameters of the next: values with the right unit and temperature."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from aiida import orm
from aiida.engine import ExitCode, calcfunction

from nanoos_plugins.data.quantities import Quantity, quantities

#: Exit statuses of the calcfunctions, the same as those of `nanoos.multiscale`.
MISSING_QUANTITY = 450
WRONG_UNIT = 451
WRONG_TEMPERATURE = 452
NOT_A_NUMBER = 453
#: [K] Within which two temperatures are the same.
SAME_TEMPERATURE = 0.5


class HandoverRefused(ValueError):
    """A value that must not be handed on; `status` is the exit status that says why."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


@calcfunction
def hand_over_values(constants: orm.Dict, wanted: orm.Dict, **results: orm.Dict) -> orm.Dict | ExitCode:
    """Return `constants` with the wanted values from `results` among them.

    :param wanted: by name of the parameter: `result` (which of `results`), `quantity`, `unit` that is
        expected, `at` (temperature [K] or None), `uncertainty` (name of the parameter for it or
        None) and `shift` (how many standard uncertainties are added, 0 or 1).
    :return: the parameters; an exit status for a quantity that is missing, in another unit, at another
        temperature, or not finite.
    """
    parameters = constants.get_dict()
    for name, want in wanted.get_dict().items():
        try:
            found = pick(results[want['result']].get_dict(), want['quantity'], want['unit'], want['at'])
            value, uncertainty = numbers(want['quantity'], found)
        except HandoverRefused as refused:
            return ExitCode(refused.status, f'{name}: {refused}')
        parameters[name] = (value + want['shift'] * uncertainty).tolist()
        if want['uncertainty'] is not None:
            parameters[want['uncertainty']] = uncertainty.tolist()
    return orm.Dict(parameters)


@calcfunction
def report_values(wanted: orm.Dict, **results: orm.Dict) -> orm.Dict | ExitCode:
    """Return the final answers: {value, unit, uncertainty} by name, `temperature` where one was asked for.

    :param wanted: by name of the answer, as in `hand_over_values`.
    """
    told = {}
    for name, want in wanted.get_dict().items():
        try:
            found = pick(results[want['result']].get_dict(), want['quantity'], None, want['at'])
            value, uncertainty = numbers(want['quantity'], found)
        except HandoverRefused as refused:
            return ExitCode(refused.status, f'{name}: {refused}')
        given = uncertainty.tolist() if found.uncertainty is not None else None
        told[name] = {'value': value.tolist(), 'unit': found.unit, 'uncertainty': given}
        if want['at'] is not None:
            told[name]['temperature'] = want['at']
    return orm.Dict(told)


@calcfunction
def propagate_uncertainty(results: orm.Dict, **shifted: orm.Dict) -> orm.Dict:
    """Return the results of a step with the uncertainties of what it took from others.

    u² = u_own² + Σ (y(x + u_x) − y(x))²: the law of propagation to first order, with the sensitivities by
    differences (JCGM 100:2008, 5.1.2 and 5.1.3 note 2).

    :param results: of the step; `shifted`: of the same step with one input larger by its uncertainty each.
    """
    document = results.get_dict()
    others_by_name = [dict(_entries(one.get_dict())) for one in shifted.values()]
    for name, entry in _entries(document):
        value = np.asarray(entry['value'], dtype=float)
        own = np.asarray(entry.get('uncertainty') or 0.0, dtype=float)
        others = [np.asarray(one[name]['value'], dtype=float) for one in others_by_name]
        total = np.sqrt(own**2 + sum((other - value) ** 2 for other in others))
        entry['uncertainty'] = total.tolist()
    return orm.Dict(document)


def _entries(document: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the entries {value, unit} of results, those of `quantities` included, that are numbers."""
    for name, entry in [*document.items(), *document['quantities'].items()]:
        if isinstance(entry, dict) and {'value', 'unit'} <= entry.keys() and _is_numeric(entry['value']):
            yield name, entry


def pick(document: Mapping[str, Any], name: str, unit: str | None, at: float | None) -> Quantity:
    """Return a quantity of a results dictionary.

    :param unit: that it must have; None for whichever it has.
    :param at: temperature [K] whose entry is wanted of a quantity with one for each; None for all of them.
    :raises HandoverRefused: when it is not there, in another unit, or not at that temperature.
    """
    known = {quantity.name.removeprefix('quantities.'): quantity for quantity in quantities(document)}
    if name not in known:
        raise HandoverRefused(
            MISSING_QUANTITY, f'no quantity {name!r} in the results; there are {sorted(known)}'
        )
    found = known[name]
    if unit is not None and found.unit != unit:
        raise HandoverRefused(
            WRONG_UNIT,
            f'{name} is in [{found.unit}], but [{unit}] is expected; convert it in a step of its own',
        )
    if at is None:
        return found
    temperatures = known.get('temperature')
    if temperatures is None:
        raise HandoverRefused(
            WRONG_TEMPERATURE,
            f'{name} is asked for at {at:g} K, but the results do not say at which it holds',
        )
    given = np.atleast_1d(np.asarray(temperatures.value, dtype=float))
    (match,) = np.nonzero(np.abs(given - at) <= SAME_TEMPERATURE)
    if len(match) != 1:
        listed = ', '.join(f'{one:g}' for one in given)
        raise HandoverRefused(WRONG_TEMPERATURE, f'{name} is known at {listed} K, not at {at:g} K')
    return Quantity(
        name,
        _entry(found.value, match[0], len(given)),
        found.unit,
        _entry(found.uncertainty, match[0], len(given)),
    )


def _entry(values: Any, index: int, count: int) -> Any:
    """Return the entry of a list with one for each of `count` temperatures, or the only value."""
    return values[index] if isinstance(values, list) and len(values) == count else values


def numbers(name: str, found: Quantity) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    """Return value and standard uncertainty (0 when none is given) as arrays of one shape.

    :raises HandoverRefused: for what is no number, or not finite.
    """
    if not _is_numeric(found.value):
        raise HandoverRefused(NOT_A_NUMBER, f'{name} is no number, got {found.value!r:.60}')
    value = np.asarray(found.value, dtype=float)
    uncertainty = np.broadcast_to(np.asarray(found.uncertainty or 0.0, dtype=float), value.shape)
    if not (np.isfinite(value).all() and np.isfinite(uncertainty).all()):
        raise HandoverRefused(NOT_A_NUMBER, f'{name} is not finite')
    return value, uncertainty


def _is_numeric(value: Any) -> bool:
    try:
        np.asarray(value, dtype=float)
    except (TypeError, ValueError):
        return False
    return not isinstance(value, bool | str)
