"""The graph that the rows of an archive make: references lead somewhere, links are those AiiDA allows."""

from __future__ import annotations

from collections import defaultdict
from graphlib import CycleError, TopologicalSorter
from typing import Any

from nanoos_plugins.runners.archive_files.values import ArchiveFileError

CALCULATION, WORKFLOW, DATA = 'process.calculation.', 'process.workflow.', 'data.'
#: How the types of the two nodes of a link begin, as in AiiDA's own import.
ENDS = {
    'call_calc': (WORKFLOW, CALCULATION),
    'call_work': (WORKFLOW, WORKFLOW),
    'create': (CALCULATION, DATA),
    'input_calc': (DATA, CALCULATION),
    'input_work': (DATA, WORKFLOW),
    'return': (WORKFLOW, DATA),
}
#: What may be there once only for each type of link.
ONCE = {
    'call_calc': (('output_id',),),
    'call_work': (('output_id',),),
    'create': (('output_id',), ('input_id', 'label')),
    'input_calc': (('output_id', 'label'),),
    'input_work': (('output_id', 'label'),),
    'return': (('input_id', 'label'),),
}


class Graph:
    """What has been read of an archive so far, by the keys of its rows."""

    def __init__(self) -> None:
        self._kinds: dict[int, str] = {}
        self._uuids: set[str] = set()
        self._keys: dict[str, set[int]] = defaultdict(set)
        self._once: set[tuple[Any, ...]] = set()
        self._before: dict[int, set[int]] = defaultdict(set)

    def add(self, table: str, row: dict[str, Any]) -> None:
        """Take a row; rows that it refers to come before it.

        :raises ArchiveFileError: when it refers to nothing, or makes a graph that AiiDA would not.
        """
        if row.get('uuid') in self._uuids or row.get('id') in self._keys[table]:
            raise ArchiveFileError(f'{table}: key {row.get("id")} or UUID {row.get("uuid")} is there twice')
        if 'uuid' in row:
            self._uuids.add(row['uuid'])
        if 'id' in row:
            self._keys[table].add(row['id'])
        if table == 'db_dbnode':
            self._kinds[row['id']] = row['node_type']
            self._refer('db_dbcomputer', row['dbcomputer_id'], row['uuid'])
        if table == 'db_dblink':
            self._add_link(row)
        if table == 'db_dbgroup_dbnodes':
            self._refer('db_dbgroup', row['dbgroup_id'], 'the members of groups')
        if 'dbnode_id' in row:
            self._refer('db_dbnode', row['dbnode_id'], table)

    def check_order(self) -> None:
        """Check that nothing comes from itself; only what a workflow returns may be among its inputs.

        :raises ArchiveFileError: when something does.
        """
        try:
            TopologicalSorter(self._before).prepare()
        except CycleError:
            raise ArchiveFileError(
                'the links of the archive make a circle: a node comes from itself'
            ) from None

    def _refer(self, table: str, key: int | None, where: str) -> None:
        if key is not None and key not in self._keys[table]:
            raise ArchiveFileError(f'{where}: row {key} of {table} is not in the archive')

    def _add_link(self, link: dict[str, Any]) -> None:
        source, target, kind = link['input_id'], link['output_id'], link['type']
        where = f'link {link["label"]} from node {source} to {target}'
        if kind not in ENDS:
            raise ArchiveFileError(f'{where}: {kind!r:.40} is no type of a link')
        for end in (source, target):
            self._refer('db_dbnode', end, where)
        first, second = ENDS[kind]
        if not self._kinds[source].startswith(first) or not self._kinds[target].startswith(second):
            raise ArchiveFileError(f'{where}: a link of type {kind} goes from {first} to {second}')
        for columns in ONCE[kind]:
            unique = (kind, columns, *(link[column] for column in columns))
            if unique in self._once:
                raise ArchiveFileError(f'{where}: there is another link of type {kind} in its place')
            self._once.add(unique)
        if kind != 'return':
            self._before[target].add(source)
