"""The program that trains: which rows it takes, what it tells, and that it ends in time."""

from __future__ import annotations

import json
import time
from pathlib import Path

import numpy as np
import pytest
from pymatgen.core import Lattice, Structure

from nanoos_plugins.ml.models.training import Epoch
from nanoos_plugins.ml.packed import pack
from nanoos_plugins.ml.settings import TrainSettings
from nanoos_plugins.ml.state import epochs_in
from nanoos_plugins.runners import train
from nanoos_plugins.runners.job import Live


@pytest.fixture
def table() -> dict[str, np.ndarray]:
    """Return forty cubic crystals with their lattice constants, split into fifths and by hand."""
    constants = np.linspace(2.5, 4.5, 40)
    parts = ['test'] * 10 + ['validation'] * 5 + ['train'] * 25
    return {
        'targets': constants,
        'names': np.array(['copper'] * 40),
        'split_fifths': np.arange(40) % 5,
        'split_mine': np.array(parts),
        'split_two': np.array(['test'] * 10 + ['train'] * 30),
        **pack([Structure(Lattice.cubic(a), ['Cu'], [[0, 0, 0]]) for a in constants]),
    }


def test_rows_of_the_validation_are_none_of_the_test(table: dict[str, np.ndarray]) -> None:
    whole = train.rows_for(table, TrainSettings(test=0.25))
    assert [len(rows) for rows in whole] == [10, 30]
    measured, learnt = train.rows_for(table, TrainSettings(test=0.25, validation=0.2))
    assert [len(rows) for rows in (measured, learnt)] == [6, 24]
    assert sorted([*whole[0], *measured, *learnt]) == list(range(40))


def test_a_split_may_have_its_own_validation(table: dict[str, np.ndarray]) -> None:
    measured, learnt = train.rows_for(table, TrainSettings(split='mine', validation=0.2))
    assert measured.tolist() == list(range(10, 15)) and learnt.tolist() == list(range(15, 40))
    measured, learnt = train.rows_for(table, TrainSettings(split='fifths', validation=0.2))
    assert set(measured % 5) == {1} and set(learnt % 5) == {2, 3, 4}
    measured, learnt = train.rows_for(table, TrainSettings(split='two', validation=0.2))
    assert len(measured) == 6 and sorted([*measured, *learnt]) == list(range(10, 40))


def test_epochs_of_all_fits_are_counted_through(tmp_path: Path) -> None:
    with Live(tmp_path, ['epoch', 'loss', 'loss of rows held out']) as live:
        epochs = train.Epochs(live, None)
        for number, resumed in ((1, True), (2, True), (1, False)):
            epochs(Epoch(number, 0.5, 0.25, resumed))
    assert epochs.resumed == 2
    assert (tmp_path / 'live.csv').read_text().splitlines()[1:] == ['1,0.5,0.25', '2,0.5,0.25', '3,0.5,0.25']


def test_no_epoch_is_begun_that_may_not_end_in_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = [train.BEGIN]
    monkeypatch.setattr(time, 'monotonic', lambda: clock[0])
    with Live(tmp_path, ['epoch', 'loss']) as live:
        epochs = train.Epochs(live, 100)
        # features take a minute, which says nothing about epochs; then each takes ten seconds
        clock[0] += 60
        for number in (1, 2, 3):
            epochs(Epoch(number, 1.0, None))
            clock[0] += 10
        clock[0] -= 4
        with pytest.raises(train.OutOfTimeError, match='ended after 4 epochs'):
            epochs(Epoch(4, 1.0, None))


@pytest.mark.parametrize('second', ['chgnet-0.2.0', 'none'])
def test_a_second_network_is_asked_only_when_it_is_set(
    tmp_path: Path, table: dict[str, np.ndarray], second: str
) -> None:
    np.savez(tmp_path / 'table.npz', **table)
    settings = {'model': 'dummy', 'second': second, 'calibration': 0.4}
    train.run({'settings': settings, 'table': 'table.npz'}, tmp_path)
    about = json.loads((tmp_path / 'model' / 'model.json').read_text())
    assert about.get('agreement', {}).get('second', 'none') == second


def test_ended_for_the_time_it_leaves_no_results_but_its_states(
    tmp_path: Path, table: dict[str, np.ndarray], capsys: pytest.CaptureFixture[str]
) -> None:
    network = {'width': 8, 'layers': 1, 'epochs': 1}
    settings = {'task': 'train', 'model': 'cgcnn', 'parameters': network, 'calibration': 0.4}
    np.savez(tmp_path / 'table.npz', **table)
    job = {'settings': settings, 'table': 'table.npz', 'unit': 'Å', 'seconds': 0.0}
    path = tmp_path / 'input.json'
    for epochs in (1, 2):
        path.write_text(json.dumps(job))
        assert train.program([str(path)]) == train.OUT_OF_TIME
        assert f'ended after {epochs} epochs' in capsys.readouterr().err
        assert epochs_in(tmp_path / 'states') == epochs
        assert not (tmp_path / 'results.json').exists()
    assert train.program([str(path)]) == 0
    told = json.loads((tmp_path / 'results.json').read_text())
    assert told['resumed_epochs'] == 2
    assert told['quantities']['mae']['unit'] == 'Å'
    assert told['figures'][0]['y'] == ['curve_loss', 'curve_held_out_loss']
    with np.load(tmp_path / 'results.npz') as arrays:
        assert arrays['curve_epoch'].tolist() == [1]


def test_a_model_of_energies_learns_nothing_else(tmp_path: Path, table: dict[str, np.ndarray]) -> None:
    np.savez(tmp_path / 'table.npz', **table)
    job = {'settings': {'model': 'chgnet'}, 'table': 'table.npz', 'unit': 'GPa'}
    with pytest.raises(ValueError, match=r'chgnet learns targets in \[eV/atom\], those .* in \[GPa\]'):
        train.run(job, tmp_path)
    for kind, unit in (('chgnet', 'eV/atom'), ('student', 'GPa'), ('oracle', '')):
        train.check_unit(kind, unit)
