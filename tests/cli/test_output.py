"""How commands speak."""

from __future__ import annotations

import json

import click
from click.testing import CliRunner

from nanoos_plugins.cli.output import CliError, emit, json_option, rows


@click.command()
@click.option('--fail', is_flag=True)
@json_option
def speak(fail: bool, json: bool) -> None:
    """Speak."""
    if fail:
        raise CliError('the volume\n  is -1 Å³')
    emit({'gap_eV': 1.17, 'name': 'silicium Å'}, json, lambda: rows(('name', 'gap'), [('Si', None)]))


def test_json_is_only_json() -> None:
    result = CliRunner().invoke(speak, ['--json'])
    assert json.loads(result.output) == {'gap_eV': 1.17, 'name': 'silicium Å'}


def test_tables_show_nothing_for_none() -> None:
    result = CliRunner().invoke(speak)
    assert 'Si' in result.output
    assert 'None' not in result.output


def test_errors_are_one_line() -> None:
    result = CliRunner().invoke(speak, ['--fail'])
    assert result.exit_code == 1
    assert result.output == 'Error: the volume is -1 Å³\n'
