"""What README.md and docs/ tell people to type exists, and CI runs what the README says."""

from __future__ import annotations

import re
import runpy
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = [
    ROOT / 'README.md',
    *sorted((ROOT / 'docs').rglob('*.md')),
    *sorted((ROOT / 'profiles').rglob('*.md')),
]


def commands(page: Path) -> list[str]:
    """Return the lines of the shell blocks of `page`, without prompts and comments."""
    blocks = re.findall(r'```(?:sh|bash|console)\n(.*?)```', page.read_text(), re.S)
    lines = '\n'.join(blocks).replace('\\\n', ' ').splitlines()
    return [line.split(' # ')[0].removeprefix('$ ').strip() for line in lines if line.strip()]


def invocations(program: str) -> list[str]:
    """Return every distinct call of `program` in the pages."""
    return sorted({line for page in PAGES for line in commands(page) if line.startswith(f'{program} ')})


def test_ci_runs_the_test_command_of_the_readme() -> None:
    said = [line for line in commands(ROOT / 'README.md') if line.startswith('make ')]
    run = (ROOT / '.ci' / 'run').read_text().splitlines()
    assert 'make demo' in said
    assert 'make test' in said
    assert 'make test' in run
    assert 'make check' in run


@pytest.mark.parametrize('line', invocations('make'))
def test_make_target_exists(line: str) -> None:
    done = subprocess.run(
        ['make', '--dry-run', *shlex.split(line)[1:]], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize('line', invocations('nanoos'))
def test_nanoos_command_exists(line: str) -> None:
    """The words up to the first argument name a command, and its help knows every option in the line."""
    import click

    from nanoos_plugins.cli.root import nanoos

    words = shlex.split(re.sub(r'[<>|].*| && .*', '', line))[1:]
    command: click.Command = nanoos
    context = click.Context(command)
    while isinstance(command, click.Group) and words:
        found = command.get_command(context, words[0])
        assert found, f'{line!r}: {command.name} has no command {words[0]!r}'
        command, words = found, words[1:]
    known = {
        option for parameter in command.params for option in (*parameter.opts, *parameter.secondary_opts)
    }
    unknown = {word.split('=')[0] for word in words if word.startswith('--')} - known - {'--help'}
    assert not unknown, f'{line!r}: unknown options {unknown}'


def test_program_is_installed() -> None:
    done = subprocess.run(
        [str(Path(sys.executable).parent / 'nanoos'), '--version'],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert re.search(r'\d+\.\d+\.\d+', done.stdout)


def test_reference_is_what_the_code_says(profile: object) -> None:
    """After a change of a port, an exit code or a parameter: `python docs/reference.py`."""
    made = runpy.run_path(str(ROOT / 'docs' / 'reference.py'))
    assert made['PAGE'].read_text(encoding='utf-8') == made['reference']()
