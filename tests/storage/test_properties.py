"""Declared properties: kept by the database, whoever writes."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
import sqlalchemy as sa
from aiida import orm
from aiida.engine import ProcessState

from nanoos_plugins.graph.tables import connection
from nanoos_plugins.storage import properties
from nanoos_plugins.storage.declared import DECLARED, kind_of
from nanoos_plugins.storage.properties import LONGEST, PROPERTIES, WATCHED, owners_seen, with_value
from nanoos_plugins.storage.security import tell
from nanoos_plugins.storage.shares import Viewer
from tests.storage.graphs import NODE, START, add_node, add_share, insert

DICT = 'data.core.dict.Dict.'


def kept(opened: sa.Connection, pk: int | None) -> dict[str, Any]:
    """Return the properties of a node: a number, a text or a list of words each."""
    rows = opened.execute(
        sa.select(PROPERTIES).where(PROPERTIES.c.node_id == pk).order_by(PROPERTIES.c.position)
    )
    found: dict[str, Any] = {}
    for row in rows:
        value = row.text if row.number is None else row.number
        found[row.name] = [*found.get(row.name, []), value] if row.name == 'tags' else value
    return found


def store(opened: sa.Connection, kind: str, attributes: Any, owner: int = 1) -> int:
    """Store a node by plain SQL; text is stored as it is."""
    row = {'uuid': uuid4().hex, 'user_id': owner, 'node_type': kind, 'ctime': START, 'attributes': attributes}
    if isinstance(attributes, str):
        row['attributes'] = sa.text(':raw').bindparams(raw=attributes)
    pk: int = opened.execute(insert(opened, NODE).values(row)).inserted_primary_key[0]
    return pk


@pytest.mark.parametrize(
    ('kind', 'attributes', 'expected'),
    [
        (DICT, {'energy': -1.5, 'task': 'static'}, {'energy': -1.5, 'task': 'static'}),
        (DICT, {'energy': 3}, {'energy': 3.0}),
        (DICT, {'energy': {'value': -2.0, 'unit': 'eV'}}, {'energy.value': -2.0}),
        (DICT, {'energy': 'low', 'task': 7}, {}),
        (DICT, {'energy': True, 'task': None}, {}),
        (DICT, {'energy': [1.0, 2.0], 'task': ['a']}, {}),
        (DICT, {'task': 'x' * LONGEST}, {'task': 'x' * LONGEST}),
        (DICT, {'task': 'x' * (LONGEST + 1)}, {}),
        (DICT, {'nothing': 'declared'}, {}),
        (DICT, {}, {}),
        (DICT, {'energy': 10**400}, {}),
        (DICT, {'energy': -1e299}, {'energy': -1e299}),
        (DICT, None, {}),
        ('data.core.int.Int.', {'energy': 1.0}, {}),
        ('DATA.CORE.DICT.Dict.', {'energy': 1.0}, {}),
        (
            'data.nanoos.material.Material.',
            {'name': 'α', 'tags': ['a', 7, 'b', ['c'], 'a']},
            {'name': 'α', 'tags': ['a', 'b', 'a']},
        ),
        ('data.nanoos.material.Material.', {'tags': 'word'}, {}),
        ('process.workflow.workchain.WorkChainNode.', {'exit_status': 0}, {'exit_status': 0.0}),
    ],
)
def test_a_stored_node_has_what_its_type_declares(
    either_database: sa.Connection, kind: str, attributes: Any, expected: dict[str, Any]
) -> None:
    assert kept(either_database, store(either_database, kind, attributes)) == expected


def test_changes_are_followed(either_database: sa.Connection) -> None:
    pk = store(either_database, DICT, {'energy': 1.0, 'task': 'static'})
    this = sa.update(NODE).where(NODE.c.id == pk)
    either_database.execute(this.values(attributes={'energy': 2.0}))
    assert kept(either_database, pk) == {'energy': 2.0}
    either_database.execute(this.values(user_id=2))
    owners = sa.select(PROPERTIES.c.user_id).where(PROPERTIES.c.node_id == pk)
    assert either_database.scalars(owners).all() == [2]
    assert kept(either_database, pk) == {'energy': 2.0}
    either_database.execute(sa.delete(NODE).where(NODE.c.id == pk))
    assert kept(either_database, pk) == {}


def test_an_update_of_something_else_writes_nothing(either_database: sa.Connection) -> None:
    pk = store(either_database, 'process.workflow.workchain.WorkChainNode.', {'process_state': 'running'})
    either_database.execute(sa.update(PROPERTIES).values(text='untouched'))
    changed = {'process_state': 'running', 'checkpoints': 'x' * 1000}
    either_database.execute(sa.update(NODE).where(NODE.c.id == pk).values(attributes=changed))
    assert kept(either_database, pk) == {'process_state': 'untouched'}


def test_the_triggers_come_back_and_find_what_was_stored_without_them(either_database: sa.Connection) -> None:
    properties.unwatch(either_database)
    pk = store(either_database, DICT, {'energy': 1.0})
    material = store(either_database, 'data.nanoos.material.Material.', {'tags': ['a', 'b']})
    assert kept(either_database, pk) == {}
    properties.watch(either_database)
    assert kept(either_database, pk) == {'energy': 1.0}
    assert kept(either_database, material) == {'tags': ['a', 'b']}


def test_triggers_of_another_version_are_made_anew(either_database: sa.Connection) -> None:
    pk = store(either_database, DICT, {'energy': 1.0})
    either_database.execute(sa.update(PROPERTIES).values(number=5.0))
    properties.watch(either_database)
    assert kept(either_database, pk) == {'energy': 5.0}
    either_database.execute(sa.update(WATCHED).values(statement='older'))
    properties.watch(either_database)
    assert kept(either_database, pk) == {'energy': 1.0}


def test_what_is_no_json_has_no_properties(database: sa.Connection) -> None:
    pk = store(database, DICT, '{"energy": NaN}')
    assert kept(database, pk) == {}
    database.execute(sa.update(NODE).where(NODE.c.id == pk).values(attributes={'energy': 1.0}))
    assert kept(database, pk) == {'energy': 1.0}


def test_what_is_looked_up_comes_from_an_index(database: sa.Connection) -> None:
    for number in range(50):
        store(database, DICT, {'energy': float(number), 'task': f'task {number}'})
    database.exec_driver_sql('ANALYZE')
    for name, operator, value in (
        ('energy', '<', 3),
        ('energy', '==', 3),
        ('task', 'in', ['task 3', 'task 4']),
    ):
        statement = sa.select(PROPERTIES.c.node_id).where(
            *with_value(name, operator, value), PROPERTIES.c.user_id == 1
        )
        text = str(statement.compile(database, compile_kwargs={'literal_binds': True}))
        steps = [row.detail for row in database.exec_driver_sql(f'EXPLAIN QUERY PLAN {text}')]
        assert 'USING COVERING INDEX ix_nanoos_property_' in steps[0], steps
        assert 'name=? AND user_id=? AND' in steps[0], steps


def test_owners_are_the_viewer_the_system_and_who_shares(either_database: sa.Connection) -> None:
    def owners(viewer: Viewer | None) -> set[int]:
        if viewer is not None and either_database.dialect.name == 'postgresql':
            tell(either_database, viewer)
        return set(either_database.scalars(owners_seen(viewer)))

    assert owners(Viewer(1)) == {1, 4}
    assert owners(None) == {1, 2, 3, 4}
    add_share(either_database, 'node_id', add_node(either_database, 3), 1, 'read')
    assert owners(Viewer(1)) == {1, 3, 4}
    assert owners(Viewer(2)) == {2, 4}
    # Whoever may write is a member as well; everybody may be.
    add_share(either_database, 'node_id', add_node(either_database, 3), None, 'write')
    assert owners(Viewer(2)) == {1, 2, 3, 4}


def test_a_path_is_declared_for_all_types_that_begin_so() -> None:
    assert kind_of('process.', 'exit_status') == 'number'
    assert kind_of('process.calculation.calcjob.CalcJobNode.', 'exit_status') == 'number'
    assert kind_of('data.core.dict.', 'energy.value') == 'number'
    assert kind_of('data.', 'energy') is None
    assert kind_of(DICT, 'formula') is None
    assert not [(a, b) for a in DECLARED for b in DECLARED if a != b and a.startswith(b)]


def test_nodes_that_aiida_stores_have_their_properties(profile: object) -> None:
    node = orm.Dict({'energy': -3.5, 'engine': 'mock'}).store()
    process = orm.WorkChainNode()
    process.set_process_state(ProcessState.RUNNING)
    process.set_process_label('Relax')
    process.store()
    process.set_process_state(ProcessState.FINISHED)
    process.set_exit_status(11)
    with connection() as opened:
        assert kept(opened, node.pk) == {'energy': -3.5, 'engine': 'mock'}
        assert kept(opened, process.pk) == {
            'process_label': 'Relax',
            'process_state': 'finished',
            'exit_status': 11.0,
        }
