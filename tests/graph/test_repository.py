"""The files of a node, without loading it."""

from __future__ import annotations

import io

import pytest
import sqlalchemy as sa
from aiida import orm

from nanoos_plugins.graph.repository import list_files, open_file
from nanoos_plugins.graph.tables import connection, tables
from nanoos_plugins.storage.owner import acting_as
from tests.graph.conftest import viewer_of


def folder() -> orm.FolderData:
    node = orm.FolderData()
    for path, content in {'b.txt': b'bbb', 'deep/er/a.dat': b'\x00' * 7, 'deep/c': b''}.items():
        node.base.repository.put_object_from_filelike(io.BytesIO(content), path)
    return node.store()


def test_files_are_listed_and_opened_without_the_node(alice: orm.User, bob: orm.User) -> None:
    with acting_as(alice):
        node = folder()
    viewer = viewer_of(alice)
    files, after = list_files(viewer, node.uuid, 2, 0)
    assert [(file.path, file.size) for file in files] == [('b.txt', 3), ('deep/c', 0)]
    assert after == 2
    files, after = list_files(viewer, node.uuid, 2, after)
    assert [(file.path, file.size) for file in files] == [('deep/er/a.dat', 7)]
    assert after is None
    content = open_file(viewer, node.uuid, 'b.txt')
    assert (content.stream.read(), content.size) == (b'bbb', 3)
    content.close()
    for path in (
        '',
        '.',
        '..',
        '../b.txt',
        '/b.txt',
        'deep',
        'deep/',
        'deep//c',
        'b.txt/',
        'k',
        'o',
        'x\x00',
    ):
        with pytest.raises(LookupError):
            open_file(viewer, node.uuid, path)
    for call in (
        lambda who: list_files(who, node.uuid, 2, 0),
        lambda who: open_file(who, node.uuid, 'b.txt'),
    ):
        with pytest.raises(LookupError, match=f'there is no node {node.uuid}'):
            call(viewer_of(bob))


# The second would be joined to a folder of the container as an absolute path.
@pytest.mark.parametrize(
    'key', ['../../../../config.json', 'xx/etc/passwd', '/etc/passwd', '0' * 63, '0' * 64]
)
def test_a_forged_key_opens_nothing(alice: orm.User, key: str) -> None:
    with acting_as(alice):
        node = folder()
    forged = {'o': {'x': {'k': key}, 'y': {'o': {'z': {'k': key}}}}}
    set_files(node, forged)
    try:
        assert list_files(viewer_of(alice), node.uuid, 50, 0) == ([], None)
        for path in ('x', 'y/z'):
            with pytest.raises(LookupError):
                open_file(viewer_of(alice), node.uuid, path)
    finally:
        # AiiDA refuses to maintain or back up a storage with files that are not there.
        set_files(node, {})


def set_files(node: orm.Node, metadata: dict[str, object]) -> None:
    """Write down other files of a node than it has."""
    table = tables().node
    with connection() as opened, opened.begin():
        statement = sa.update(table).where(table.c.id == node.pk).values(repository_metadata=metadata)
        opened.execute(statement)
