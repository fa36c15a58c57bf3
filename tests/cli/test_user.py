"""`nanoos user`: accounts from the command line."""

from __future__ import annotations

import json
from typing import Any

import pytest
from click.testing import CliRunner

from nanoos_plugins.cli.root import nanoos

pytestmark = pytest.mark.usefixtures('profile')


def run(*words: str, code: int = 0) -> Any:
    """Return what `nanoos user …` prints as JSON, or its error line."""
    done = CliRunner().invoke(nanoos, ['user', *words, *(['--json'] if code == 0 else [])])
    assert done.exit_code == code, done.output
    return json.loads(done.stdout) if code == 0 else done.stderr


def account(email: str) -> Any:
    return next(one for one in run('list') if one['email'] == email)


def test_an_account_from_its_opening_to_its_closing() -> None:
    made = run('add', 'Carol@nanoos.test', '--admin')
    assert made['email'] == 'carol@nanoos.test'
    assert len(made['password']) >= 12
    assert account('carol@nanoos.test')['role'] == 'admin'
    assert run('role', 'carol@nanoos.test', 'user')['role'] == 'user'
    assert run('password', 'carol@nanoos.test', '--password', 'a password of her own')['password'] is None
    assert run('close', 'carol@nanoos.test')['is_active'] is False
    assert run('reopen', 'carol@nanoos.test')['is_active'] is True


def test_mistakes_are_told_in_one_line() -> None:
    run('add', 'dave@nanoos.test')
    for words, told in (
        (('add', 'dave@nanoos.test'), 'has an account already'),
        (('add', 'no address'), 'is no e-mail address'),
        (('add', 'eve@nanoos.test', '--password', 'short'), 'expected 10 to 1000 characters'),
        (('close', 'nobody@nanoos.test'), 'no user nobody@nanoos.test'),
        (('password', 'owner@nanoos.test'), 'has no account'),
    ):
        error = run(*words, code=1)
        assert told in error
        assert error.strip().count('\n') == 0
