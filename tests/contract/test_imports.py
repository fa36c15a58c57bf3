"""Who may import whom, as `setup.cfg` says; and nothing heavy at import."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_import_contracts_hold() -> None:
    done = subprocess.run(
        [str(Path(sys.executable).parent / 'lint-imports')],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_help_of_the_command_line_imports_no_aiida_and_no_torch() -> None:
    program = (
        'import sys; from click.testing import CliRunner; from nanoos_plugins.cli.root import nanoos; '
        'done = CliRunner().invoke(nanoos, ["--help"]); assert done.exit_code == 0, done.output; '
        'heavy = {"aiida", "torch", "pymatgen", "ase"} & set(sys.modules); assert not heavy, heavy'
    )
    done = subprocess.run([sys.executable, '-c', program], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_only_launch_starts_processes() -> None:
    """Work chains submit their children; everybody else goes through the one door."""
    starters = {'submit', 'run', 'run_get_node', 'run_get_pk'}
    rooms = [*(ROOT / 'nanoos_plugins').rglob('*.py'), *(ROOT / 'api').rglob('*.py')]
    for path in sorted(rooms):
        imported = {
            alias.name
            for node in ast.walk(ast.parse(path.read_text()))
            if isinstance(node, ast.ImportFrom) and (node.module or '').startswith('aiida.engine')
            for alias in node.names
        }
        allowed = path == ROOT / 'nanoos_plugins' / 'launch.py'
        assert allowed or not imported & starters, f'{path.relative_to(ROOT)} imports {imported & starters}'
