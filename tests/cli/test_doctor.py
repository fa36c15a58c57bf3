"""`nanoos doctor` as people call it."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from click.testing import CliRunner

from nanoos_plugins.cli import doctor as command
from nanoos_plugins.cli.root import nanoos
from nanoos_plugins.install.doctor import Finding

FINE = Finding('profile', 'ok', 'nanoos')
STOPPED = Finding('daemon', 'warning', 'not running', 'it starts with the first job')
BROKEN = Finding('engine qe', 'broken', 'not [yet] installed', 'nanoos engines install qe')


@pytest.mark.parametrize(('findings', 'exit_code'), [([FINE, STOPPED], 0), ([FINE, BROKEN], 1)])
def test_only_what_is_broken_fails(
    monkeypatch: pytest.MonkeyPatch, findings: list[Finding], exit_code: int
) -> None:
    def examine() -> Iterator[Finding]:
        yield from findings

    monkeypatch.setattr(command, 'examine', examine)
    result = CliRunner().invoke(nanoos, ['doctor', '--json'])
    assert result.exit_code == exit_code
    assert [one['subject'] for one in json.loads(result.stdout)] == [one.subject for one in findings]


def test_the_table_says_how_to_mend(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(command, 'examine', lambda: iter([FINE, BROKEN]))
    result = CliRunner().invoke(nanoos, ['doctor'])
    assert result.exit_code == 1
    assert 'not [yet] installed' in result.stdout
    assert 'nanoos engines install qe' in result.stdout
