"""Write `reference.md` (ports, exit codes, engine parameters) from the code: `python docs/reference.py`."""

from __future__ import annotations

from collections.abc import Iterable
from inspect import getdoc
from pathlib import Path
from typing import Any

PAGE = Path(__file__).with_suffix('.md')
BEGIN = """\
# Reference

Every process is a plain AiiDA process: `verdi plugin list aiida.workflows nanoos.eos` prints its ports,
`nanoos <noun> <command> --help` every command of the command line. Lengths are in Å, energies in eV, stresses
in GPa (tension positive), temperatures in K.

All property work chains share the inputs `structure`, `template` (engine and parameters), `parameters`
(overrides), `code` (default: that of the engine on localhost) and `options` (of the scheduler), and have
`get_builder_from_protocol(structure, template, code, protocol, parameters, options, **inputs)` with the
protocols `fast`, `moderate` and `precise` of `workchains/protocols/`.
"""
#: Not in `WORKFLOWS`, which are jobs of one property.
CHAINS = ('multiscale', 'active_learning')
#: Exit codes below are those of every process of AiiDA.
FIRST_OWN = 200


def table(head: str, rows: Iterable[tuple[str, ...]]) -> list[str]:
    """Return the lines of a table, nothing when it has no rows."""
    lines = [f'| {" | ".join(row)} |'.replace('|  |', '| |') for row in rows]
    return ['', head, '|' + '---|' * head.count(' |'), *lines] if lines else []


def process(name: str) -> list[str]:
    """Return the section of a work chain."""
    from aiida.engine import BaseRestartWorkChain
    from aiida.plugins import WorkflowFactory

    from nanoos_plugins.job_inputs import SHARED

    found: Any = WorkflowFactory(f'nanoos.{name}')
    spec = found.spec()
    # of AiiDA's own inputs of restarts only the first is for people
    hidden = SHARED | set(BaseRestartWorkChain.spec().inputs) - {'max_iterations'}
    hidden -= {'structure'} if name == 'simulation' else set()
    inputs = [(f'`{key}`', port.help or '') for key, port in spec.inputs.items() if key not in hidden]
    outputs = [(f'`{key}`', port.help or '') for key, port in spec.outputs.items()]
    codes = sorted(
        (code.status, label) for label, code in spec.exit_codes.items() if code.status >= FIRST_OWN
    )
    return [
        *('', f'## nanoos.{name}', '', (getdoc(found) or '').partition('\n\n')[0].replace('\n', ' ')),
        *table('| input | |', inputs),
        *table('| output | |', outputs),
        *table('| exit code | |', [(str(status), f'`{label}`') for status, label in codes]),
    ]


def engine(name: str) -> list[str]:
    """Return the section of an engine."""
    from nanoos_plugins.engines.contract import load_engine

    found = load_engine(name)
    fields = found.parameters.model_json_schema()['properties']
    rows = [(f'`{key}`', one['unit'] or '–', one['description']) for key, one in fields.items()]
    own = PAGE.with_name(f'{name.replace("_", "-")}.md')
    more = f' More: [its page]({own.name}).' if own.exists() else ''
    return [
        *('', f'### {name}: {found.label}', '', f'Tasks: {", ".join(sorted(found.tasks))}.{more}'),
        *table('| parameter | unit | |', rows),
    ]


def reference() -> str:
    """Return the page."""
    from nanoos_plugins.engines.contract import engine_names
    from nanoos_plugins.job_inputs import WORKFLOWS

    sections = [process(name) for name in (*WORKFLOWS, *CHAINS)]
    engines = [engine(name) for name in engine_names()]
    lines = [line for section in (*sections, ['', '## Engines'], *engines) for line in section]
    return BEGIN + '\n'.join(lines) + '\n'


if __name__ == '__main__':
    PAGE.write_text(reference(), encoding='utf-8')
