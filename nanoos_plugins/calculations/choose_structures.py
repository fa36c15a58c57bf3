"""What active learning decides and how well it did, as nodes: the choice of a batch, the curve of errors."""

from __future__ import annotations

from typing import Any

from aiida import orm
from aiida.engine import ExitCode, calcfunction

from nanoos_plugins.calculations.predict import REFUSED
from nanoos_plugins.data.dataset import Dataset
from nanoos_plugins.data.model import Model
from nanoos_plugins.ml.rows import Row, ordered, without_repeats

#: How `learning_curve` calls the summaries of the trainings: this and a number.
TRAINING = 'training_'


@calcfunction
def choose_structures(
    model: Model, dataset: Dataset, settings: orm.Dict, **structures: orm.StructureData
) -> orm.Dict | ExitCode:
    """Choose which structures of a pool are simulated next, by what a model knows of them.

    Fails with exit status 320 for a model that has been changed or cannot serve that acquisition, or a
    structure without features.

    :param dataset: what the model has learnt from: its structures are among those that it is wanted for.
    :param settings: `acquisition` (see `nanoos_plugins.ml.acquisition`), `count` and `seed`.
    :param structures: the pool by name.
    :return: `target`, `unit`, `acquisition`, `pool` (its size); `chosen`, the most wanted first, with `name`,
        `uuid` and `score`, and of its prediction `value` and `uncertainty` (one standard deviation); and
        `repeats`, the names of structures that are not worth a simulation: the data set has them, or the pool
        under an earlier name.
    """
    from nanoos_plugins.ml.acquisition import choose
    from nanoos_plugins.ml.models.inputs import inputs_of

    given, names = settings.get_dict(), sorted(structures)
    crystals = dataset.structures() + [structures[name].get_pymatgen_structure() for name in names]
    try:
        _, repeated = without_repeats([Row(row, '', ordered(one), 0.0) for row, one in enumerate(crystals)])
        repeats = [one.number for one in repeated if one.number >= len(dataset)]
        learnt = model.load().model
        inputs = inputs_of(crystals, str(model.base.attributes.get('pretrained')))
        known = [*range(len(dataset)), *repeats]
        found = choose(given['acquisition'], learnt, inputs, given['count'], given['seed'], known)
        said = learnt.predict(inputs.take(found.rows))
    except ValueError as error:
        return ExitCode(REFUSED, str(error))
    named = dict(enumerate(names, start=len(dataset)))
    chosen = [
        {
            'name': named[row],
            'uuid': structures[named[row]].uuid,
            'score': float(score),
            'value': float(mean),
            'uncertainty': float(deviation),
        }
        for row, score, mean, deviation in zip(
            found.rows.tolist(), found.scores, said.mean, said.deviation, strict=True
        )
    ]
    return orm.Dict(
        {
            'target': model.target,
            'unit': model.unit,
            'acquisition': given['acquisition'],
            'pool': len(names),
            'chosen': chosen,
            'repeats': [named[row] for row in repeats],
        }
    )


@calcfunction
def learning_curve(simulated: orm.Dict, **trainings: Any) -> orm.Dict:
    """Return how the error fell as rows were added.

    :param simulated: `counts`, how many simulations there had been at each training, and `failed`: structure,
        process and reason of each that gave no row, and `repeats`, names that were not simulated.
    :param trainings: `training_<i>`, the summary of each.
    :return: `curve`, a row for each training: `simulations`, `learnt` rows, and of the same `tested` rows the
        `mae` and `rmse` in `unit`; `failed` and `repeats`.
    """
    given = simulated.get_dict()
    curve = []
    unit = ''
    for number, count in enumerate(given['counts']):
        summary = trainings[f'{TRAINING}{number}'].get_dict()
        unit = summary['quantities']['mae']['unit']
        errors = {name: summary['quantities'][name]['value'] for name in ('mae', 'rmse')}
        curve.append(
            {'simulations': count, 'learnt': summary['learnt'], 'tested': summary['tested'], **errors}
        )
    return orm.Dict({'curve': curve, 'unit': unit, 'failed': given['failed'], 'repeats': given['repeats']})
