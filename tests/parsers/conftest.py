"""Factories that feed files to a parser, so that a test needs no program to reach an exit code."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from aiida import orm
from aiida.common.links import LinkType
from aiida.manage.configuration import Profile
from aiida.plugins import ParserFactory
from aiida.plugins.entry_point import format_entry_point_string

ParseOutcome = tuple[dict[str, orm.Data], orm.CalcFunctionNode]


@pytest.fixture
def calc_job(profile: Profile) -> Callable[..., orm.CalcJobNode]:
    """Return the factory of finished calculations: (entry point, retrieved files, inputs) → its node."""

    def make(
        entry_point: str, files: Mapping[str, str], inputs: Mapping[str, orm.Data] | None = None
    ) -> orm.CalcJobNode:
        node = orm.CalcJobNode(
            computer=orm.load_computer('localhost'),
            process_type=format_entry_point_string('aiida.calculations', entry_point),
        )
        node.set_option('resources', {'num_machines': 1, 'num_mpiprocs_per_machine': 1})
        node.set_option('scheduler_stderr', '_scheduler-stderr.txt')
        for label, value in (inputs or {}).items():
            node.base.links.add_incoming(value.store(), LinkType.INPUT_CALC, label)
        node.store()
        retrieved = orm.FolderData()
        for name, content in files.items():
            retrieved.base.repository.put_object_from_bytes(content.encode(), name)
        retrieved.base.links.add_incoming(node, link_type=LinkType.CREATE, link_label='retrieved')
        retrieved.store()
        return node

    return make


@pytest.fixture
def parse(
    calc_job: Callable[..., orm.CalcJobNode],
) -> Callable[[str, Mapping[str, str], Path], ParseOutcome]:
    """Return the factory: (entry point, retrieved files, folder of temporary files) → outputs, node."""

    def run(entry_point: str, files: Mapping[str, str], temporary: Path) -> ParseOutcome:
        parser: Any = ParserFactory(entry_point)
        outcome: ParseOutcome = parser.parse_from_node(
            calc_job(entry_point, files), store_provenance=False, retrieved_temporary_folder=str(temporary)
        )
        return outcome

    return run
