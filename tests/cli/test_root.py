"""The command `nanoos` as a whole."""

from __future__ import annotations

from collections.abc import Iterator

import click
import pytest
from click.testing import CliRunner

from nanoos_plugins.cli.root import NOUNS, SUMMARIES, nanoos


def leaves(command: click.Command, path: str) -> Iterator[tuple[str, click.Command]]:
    """Yield every command that does something, with its words."""
    if isinstance(command, click.Group):
        for name, child in command.commands.items():
            yield from leaves(child, f'{path} {name}')
    else:
        yield path, command


@pytest.mark.parametrize('noun', sorted(NOUNS))
def test_every_noun_loads_and_every_command_speaks_json(noun: str) -> None:
    command = nanoos.get_command(click.Context(nanoos), noun)
    assert command is not None
    assert command.name == noun
    for path, leaf in leaves(command, f'nanoos {noun}'):
        assert leaf.help, f'{path} has no help'
        options = {option for parameter in leaf.params for option in parameter.opts}
        assert '--json' in options, f'{path} has no --json'


def test_every_noun_has_a_summary() -> None:
    assert set(SUMMARIES) == set(NOUNS)


def test_an_unknown_noun_is_an_error() -> None:
    result = CliRunner().invoke(nanoos, ['planet'])
    assert result.exit_code == 2
    assert "No such command 'planet'" in result.output


def test_nouns_complete() -> None:
    context = click.Context(nanoos)
    assert [item.value for item in nanoos.shell_complete(context, 'e')] == ['engines', 'env']
    assert '--version' in [item.value for item in nanoos.shell_complete(context, '--')]
