"""A data set with one split more: a stored node does not change, so it is another that leads to the first."""

from __future__ import annotations

from aiida import orm
from aiida.engine import ExitCode, calcfunction
from pydantic import ValidationError

from nanoos_plugins.calculations.build.builder import explain
from nanoos_plugins.data.dataset import Dataset
from nanoos_plugins.ml.divide import SplitSettings, divide, parts
from nanoos_plugins.ml.splits import duplicates, leaks

#: Exit status for a split that cannot be made.
REFUSED = 312


@calcfunction
def split_dataset(dataset: Dataset, settings: orm.Dict) -> dict[str, orm.Data] | ExitCode:
    """Return the data set with a split, and which crystals several parts of it share.

    Fails with exit status 312 for settings that are none, or rows that cannot be split like that.

    :param settings: `nanoos_plugins.ml.divide.SplitSettings`.
    :return: `dataset`, and `leaks`: `same`, how many crystals are in it more than once, in whatever cell and
        volume; `groups`, rows (from 1) of each of them that several parts share, and their `names`.
    """
    try:
        given = SplitSettings.model_validate(settings.get_dict())
        structures, names = dataset.structures(), dataset.table['names'].tolist()
        folds = divide(given, structures, names, dataset.times)
        made = dataset.with_split(given.name, parts(given, folds, len(dataset)))
    except ValidationError as error:
        return ExitCode(REFUSED, explain(error))
    except ValueError as error:
        return ExitCode(REFUSED, str(error))
    same = duplicates(structures)
    shared = leaks(folds, same)
    told = [[row + 1 for row in group] for group in shared]
    found = {'same': len(same), 'groups': told, 'names': [[names[row] for row in group] for group in shared]}
    return {'dataset': made, 'leaks': orm.Dict(found)}
