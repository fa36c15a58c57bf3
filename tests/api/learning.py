"""What the tests of learning share: rock salts with a volume an atom, a data set and a model of alice's."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
from aiida import orm
from pymatgen.core import Structure

from nanoos_plugins.storage.owner import acting_as
from tests.api.conftest import Person
from tests.api.test_jobs import ended
from tests.calculations.test_train import METALS, rock_salt

TARGET, UNIT = 'volume', 'Å³'


def records() -> list[dict[str, Any]]:
    """Return rock salts as records of a file, each with its volume an atom."""
    crystals = [rock_salt(a, metal) for metal in METALS for a in np.linspace(4.0, 5.2, 8)]
    return [
        {'structure': one.as_dict(), TARGET: one.volume / len(one), 'unit': UNIT, 'id': f'salt {number}'}
        for number, one in enumerate(crystals)
    ]


def upload(person: Person, rows: Any, **fields: Any) -> Any:
    """Return the answer to a file that is uploaded as a form."""
    text = rows if isinstance(rows, str) else json.dumps(rows)
    given = {'target': TARGET, **fields}
    return person.http(
        'POST', '/ml/datasets/upload', files={'file': ('salts.json', text.encode())}, data=given
    )


def trained(person: Person, dataset: str, **settings: Any) -> dict[str, Any]:
    """Return a model that the daemon has trained on a data set."""
    own = {'test': 0.25, 'calibration': 0.3, 'second': 'chgnet-0.2.0'}
    body = {'dataset': dataset, 'name': 'volumes', 'settings': {**own, **settings}}
    answer = person.http('POST', '/ml/train', json=body)
    assert answer.status_code == 201, answer.text
    job = ended(person, answer.json()['uuid'])
    assert job['status'] == 'COMPLETED', job
    (model,) = (link['uuid'] for link in job['outputs'] if link['label'] == 'model')
    found: dict[str, Any] = person.http('GET', f'/ml/models/{model}').json()
    return found


def stored(person: Person, *crystals: Structure) -> list[str]:
    """Return the UUIDs of structures of somebody's."""
    with acting_as(person.user):
        return [orm.StructureData(pymatgen=one).store().uuid for one in crystals]


def given(crystal: Structure, **more: Any) -> dict[str, Any]:
    """Return a crystal as a request has it."""
    return {
        'symbols': [site.specie.symbol for site in crystal],
        'positions': crystal.cart_coords.tolist(),
        'cell': crystal.lattice.matrix.tolist(),
        **more,
    }
