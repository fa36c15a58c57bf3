"""Which of the trials of a search was the best."""

from __future__ import annotations

from typing import Any

from aiida import orm
from aiida.engine import calcfunction

SETTINGS, SUMMARY = 'settings_', 'summary_'


@calcfunction
def compare_trials(**trials: orm.Dict) -> dict[str, orm.Dict]:
    """Return all `trials` side by side, and the `settings` of the best to train with for good.

    :param trials: `settings_<label>` of each trial, and `summary_<label>` of each that did not fail.
    :return: `trials`: of each its label, model, parameters and mean absolute error on the rows of the
        validation (`mae`, None when it failed), and the label of the `best`; `settings`: those of the best,
        measured on the test.
    """
    labels = sorted(key.removeprefix(SETTINGS) for key in trials if key.startswith(SETTINGS))
    entries = [_entry(label, trials) for label in labels]
    best = min((one for one in entries if one['mae'] is not None), key=lambda one: one['mae'])
    settings = trials[SETTINGS + best['label']].get_dict()
    return {
        'trials': orm.Dict({'trials': entries, 'best': best['label']}),
        'settings': orm.Dict({**settings, 'validation': 0.0}),
    }


def _entry(label: str, trials: dict[str, orm.Dict]) -> dict[str, Any]:
    settings = trials[SETTINGS + label].get_dict()
    summary = trials.get(SUMMARY + label)
    return {
        'label': label,
        'model': settings['model'],
        'parameters': settings['parameters'],
        'mae': None if summary is None else summary['quantities']['mae']['value'],
    }
