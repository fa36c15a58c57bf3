"""Everything that `setup.cfg` registers loads, and nothing registered has another prefix."""

from __future__ import annotations

from importlib.metadata import EntryPoint, distribution

import pytest

ENTRY_POINTS = [
    entry for entry in distribution('nanoos').entry_points if entry.group.startswith(('aiida.', 'nanoos.'))
]


@pytest.mark.parametrize('entry', ENTRY_POINTS, ids=lambda entry: f'{entry.group}:{entry.name}')
def test_entry_point_loads(entry: EntryPoint) -> None:
    assert entry.load() is not None


@pytest.mark.parametrize(
    'entry', [e for e in ENTRY_POINTS if e.group.startswith('aiida.')], ids=lambda entry: entry.name
)
def test_aiida_names_carry_our_prefix(entry: EntryPoint) -> None:
    assert entry.name.startswith('nanoos.')


def test_every_engine_says_what_it_is() -> None:
    from nanoos_plugins.engines.contract import engine_names, load_engine

    assert set(engine_names()) >= {'qe', 'lammps', 'mlip', 'mock'}
    for name in engine_names():
        engine = load_engine(name)
        assert engine.name == name
        assert engine.label
        assert ('mock' in engine.label.lower()) == (engine.scale == 'testing')
