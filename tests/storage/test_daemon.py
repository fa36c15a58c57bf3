"""Two owners on one profile: whatever the daemon makes belongs to who submitted it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable

from aiida import orm

from nanoos_plugins import launch
from nanoos_plugins.storage.owner import acting_as

Finish = Callable[[orm.ProcessNode, float], None]

NODE_TYPES = {
    'CalcFunctionNode',
    'CalcJobNode',
    'Dict',
    'FolderData',
    'Int',
    'RemoteData',
    'WorkChainNode',
}


def submit_all(owner: orm.User, bash: orm.InstalledCode) -> list[orm.ProcessNode]:
    """Submit a work chain (calling a calculation function and a job) and a job with parsed dictionaries."""
    with acting_as(owner):
        work_chain = {'x': orm.Int(2), 'y': orm.Int(3), 'z': orm.Int(5), 'code': bash}
        template = {
            'input_file_template': 'echo value={number} > out.txt',
            'input_file_name': 'in.sh',
            'cmdline_params': ['in.sh'],
            'output_file_name': 'out.txt',
        }
        job = {
            'code': bash,
            'template': orm.Dict(template),
            'parameters': orm.Dict({'number': owner.pk}),
            'files': {},
            'metadata': {
                'options': {'resources': {'num_machines': 1}, 'parser_name': 'core.templatereplacer'}
            },
        }
    return [
        launch.submit('core.arithmetic.multiply_add', work_chain, owner=owner),
        launch.submit('core.templatereplacer', job, owner=owner),
    ]


def owners_by_type(since: int) -> dict[str, dict[str, int]]:
    """Return, for each node type, how many nodes with a larger primary key each owner has."""
    found: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    builder = orm.QueryBuilder().append(orm.Node, filters={'id': {'>': since}}, tag='node', project='*')
    builder.append(orm.User, with_node='node', project='email')
    for node, email in builder.all():
        found[type(node).__name__][email] += 1
    return found


def test_every_node_belongs_to_its_submitter(
    finish: Finish, alice: orm.User, bob: orm.User, bash: orm.InstalledCode
) -> None:
    newest = orm.QueryBuilder().append(orm.Node, project='id').order_by({orm.Node: {'id': 'desc'}}).first()
    processes = {user.email: submit_all(user, bash) for user in (alice, bob)}
    for email, nodes in processes.items():
        for node in nodes:
            finish(node, 120)
            assert node.is_finished_ok, node.exit_message
            assert {made.user.email for made in [node, *node.called_descendants]} == {email}
        assert nodes[0].outputs.result.value == 11
    found = owners_by_type(since=newest[0] if newest else 0)
    for node_type, owners in sorted(found.items()):
        print(f'{node_type}: {dict(owners)}')
    assert set(found) == NODE_TYPES
    assert {frozenset(owners) for owners in found.values()} == {frozenset({alice.email, bob.email})}
    assert all(owners[alice.email] == owners[bob.email] for owners in found.values())
