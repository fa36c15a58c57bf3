"""Revisions as processes: history in the graph, conflicts refused."""

from __future__ import annotations

import subprocess
import sys

import pytest
from aiida import orm
from aiida.engine import run_get_node

from nanoos_plugins.calculations.revise_material import (
    RevisionConflictError,
    check_newest,
    revise_material,
    revising,
)
from nanoos_plugins.data.material import Material, load_material
from nanoos_plugins.graph.materials import list_materials, revisions


def revised(material: Material, **changes: object) -> Material:
    new, node = run_get_node(revise_material, material=material, changes=orm.Dict(changes))
    assert node.is_finished_ok, node.exit_message
    assert isinstance(new, Material)
    return new


def test_the_history_is_in_the_graph() -> None:
    first = Material('history').store()
    third = revised(revised(first, tags=['a']), tags=['b'])
    assert third.creator.inputs.material.creator.inputs.material.uuid == first.uuid
    assert [row['revision'] for row in revisions(first.material_id)] == [1, 2, 3]
    assert [row['tags'] for row in revisions(first.material_id)] == [[], ['a'], ['b']]
    assert load_material('history').uuid == third.uuid


def test_an_old_revision_is_a_conflict() -> None:
    first = Material('conflict').store()
    second = revised(first, description='newer')
    with pytest.raises(RevisionConflictError, match=f'revise revision 2 \\({second.uuid}\\) instead'):
        check_newest(first)
    _, node = run_get_node(revise_material, material=first, changes=orm.Dict({'description': 'other'}))
    assert node.exit_status == 409
    assert 'is not its newest' in node.exit_message
    assert load_material('conflict').uuid == second.uuid


def test_changes_that_are_not_valid() -> None:
    _, node = run_get_node(revise_material, material=Material('a').store(), changes=orm.Dict({'colour': 1}))
    assert node.exit_status == 320
    assert 'no colour to change' in node.exit_message


def test_lists_show_the_newest_revision_and_leave_out_the_archived() -> None:
    first = Material('listed', 'Au', tags=['find-me']).store()
    second = revised(first, description='Ready to be found')
    shown, _ = list_materials(100, tags=['find-me'])
    assert [row['uuid'] for row in shown] == [second.uuid]
    assert [row['pk'] for row in list_materials(100, text='TO BE FOUND')[0]] == [second.pk]
    archived = revised(second, archived=True)
    assert list_materials(100, tags=['find-me']) == ([], None)
    assert [row['pk'] for row in list_materials(100, archived=True, tags=['find-me'])[0]] == [archived.pk]
    back = revised(archived, archived=False)
    assert [row['pk'] for row in list_materials(100, tags=['find-me'])[0]] == [back.pk]


def test_text_is_searched_for_as_it_is() -> None:
    Material('100% pure', tags=['under_score']).store()
    assert [row['name'] for row in list_materials(10, text='0% p')[0]] == ['100% pure']
    assert [row['name'] for row in list_materials(10, text='r_s')[0]] == ['100% pure']
    assert list_materials(10, text='%%') == ([], None)


def test_pages_show_every_material_once() -> None:
    wanted = {Material('paged', tags=['paged']).store().pk for _ in range(5)}
    seen, after = [], None
    while True:
        found, after = list_materials(2, after, tags=['paged'])
        seen += [row['pk'] for row in found]
        if after is None:
            break
    assert seen == sorted(wanted, reverse=True)


def test_one_process_revises_at_a_time() -> None:
    code = (
        'import fcntl, sys\n'
        'from nanoos_plugins.install.home import home\n'
        'lock = (home() / "revise_material.lock").open("w")\n'
        'try: fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)\n'
        'except BlockingIOError: sys.exit(7)\n'
    )
    with revising():
        assert subprocess.run([sys.executable, '-c', code], check=False).returncode == 7
    assert subprocess.run([sys.executable, '-c', code], check=False).returncode == 0
