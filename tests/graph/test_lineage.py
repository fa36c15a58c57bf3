"""What is behind a node is counted, as far as somebody sees it."""

from __future__ import annotations

from aiida import orm

from nanoos_plugins.graph.lineage import lineage
from nanoos_plugins.storage.owner import acting_as
from nanoos_plugins.storage.shares import share
from tests.graph.conftest import output, process, viewer_of


def calculation(plugin: str, structure: orm.Data, number: int) -> orm.Data:
    """Return the result of a calculation job."""
    # Each has another number, or it would be copied from the one before.
    inputs = {'structure': structure, 'number': orm.Int(number).store()}
    made = process(orm.CalcJobNode, plugin, process_type=f'aiida.calculations:{plugin}', **inputs)
    return output(made, 'results', orm.Dict({'energy': -1.0}))


def test_sources_and_calculations_are_counted_once(alice: orm.User, bob: orm.User) -> None:
    with acting_as(alice):
        file = orm.SinglefileData.from_string('a cif', 'a.cif').store()
        read = process(orm.CalcFunctionNode, 'read', process_type='', file=file)
        structure = output(read, 'structure', orm.StructureData(cell=[[3, 0, 0], [0, 3, 0], [0, 0, 3]]))
        plugins = ('quantumespresso.pw', 'quantumespresso.pw', 'nanoos.mlip')
        results = [calculation(one, structure, number) for number, one in enumerate(plugins)]
    with acting_as(bob):
        given = {f'results_{number}': one for number, one in enumerate(results)}
        collect = process(orm.CalcFunctionNode, 'collect', process_type='', **given, structure_0=structure)
        found = output(collect, 'dataset', orm.Dict({'any': 'data'}))
    assert found.pk is not None
    # the file and three numbers
    assert lineage(found.pk) == {
        'sources': 4,
        'structures': 1,
        'calculations': {'nanoos.mlip': 1, 'quantumespresso.pw': 2},
    }
    nothing = {'sources': 0, 'structures': 0, 'calculations': {}}
    assert lineage(found.pk, viewer_of(bob)) == nothing, 'what alice has not shared is not counted'
    assert lineage(file.pk) == nothing
    with acting_as(alice):
        share(results[2].creator, bob)
    # the calculation, its result, and its inputs: a number, and the structure, read by what bob does not see
    assert lineage(found.pk, viewer_of(bob)) == {
        'sources': 2,
        'structures': 1,
        'calculations': {'nanoos.mlip': 1},
    }
