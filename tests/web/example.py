"""Small real data for screenshots: materials, structures, jobs of real engines, models, a group, people."""

from __future__ import annotations

import re
import sys
import time
from dataclasses import dataclass
from typing import Any

from nanoos_plugins.client import Client
from tests.web import learning
from tests.web.instance import Instance

ENGINES = ('lammps', 'mlip')
PEOPLE = (('Lise', 'Meitner', 'admin'), ('Chien-Shiung', 'Wu', 'user'), ('Rosalind', 'Franklin', 'user'))
MATERIALS: tuple[tuple[str, str, list[str]], ...] = (
    ('Copper', 'Cu', ['metal', 'fcc']),
    ('Silicon', 'Si', ['semiconductor']),
    ('Rock salt', 'NaCl', ['ionic']),
    ('Gold nanoparticles', 'Au', ['catalysis', 'nanoparticle']),
    ('Graphene', 'C', ['2D']),
    ('Carbon nanotubes', 'C', ['1D']),
    ('Titanium nitride', 'TiN', ['coating']),
)
#: Builder, parameters and material.
STRUCTURES: tuple[tuple[str, dict[str, Any], str], ...] = (
    ('bulk', {'formula': 'Cu', 'cubic': True}, 'Copper'),
    ('bulk', {'formula': 'Si'}, 'Silicon'),
    ('bulk', {'formula': 'NaCl', 'crystal': 'rocksalt', 'a': 5.64}, 'Rock salt'),
    ('bulk', {'formula': 'TiN', 'crystal': 'rocksalt', 'a': 4.24}, 'Titanium nitride'),
    ('nanotube', {'n': 6, 'm': 6, 'length': 4}, 'Carbon nanotubes'),
    ('sheet', {}, 'Graphene'),
    (
        'nanoparticle',
        {'element': 'Au', 'atoms': 200, 'surface_energies': {'111': 1.28, '100': 1.63, '110': 1.7}},
        'Gold nanoparticles',
    ),
)
#: Label, workflow, template, protocol, settings, material.
JOBS: tuple[tuple[str, str, str, str, dict[str, Any], str], ...] = (
    ('Copper, equation of state', 'eos', 'lammps-eam-cu', 'moderate', {}, 'Copper'),
    ('Copper, elastic constants', 'elastic', 'lammps-eam-cu', 'moderate', {}, 'Copper'),
    ('Copper at 300 K', 'md', 'lammps-eam-cu', 'fast', {'supercell': [3, 3, 3]}, 'Copper'),
    ('Silicon, relaxed', 'relax', 'mlip', 'fast', {}, 'Silicon'),
    ('Titanium nitride, relaxed', 'relax', 'mlip', 'fast', {}, 'Titanium nitride'),
    ('Rock salt, equation of state', 'eos', 'mock', 'fast', {}, 'Rock salt'),
)
#: Names of models and settings of their trainings.
MODELS: tuple[tuple[str, dict[str, Any]], ...] = (
    ('Volumes of rock salts', {}),
    ('Volumes by ridge regression', {'model': 'ridge'}),
    ('Volumes by a graph network', {'model': 'cgcnn', 'parameters': {'epochs': 30, 'width': 16}}),
)
#: What is shown where a page has a placeholder: by the folder that it is in.
SHOWN = {'jobs': JOBS[0][0], 'materials': 'Copper', 'structures': 'Gold nanoparticles'}
ENDED = ('COMPLETED', 'FAILED', 'KILLED')


@dataclass(frozen=True)
class Example:
    """What was made: identifiers by the folder of the pages that show them."""

    shown: dict[str, str]

    def fill_in(self, address: str) -> str:
        """Return an address with its placeholder filled in.

        :raises LookupError: when nothing is known to fill it in with.
        """
        folder = address.partition('/[')[0].strip('/')
        if '[' in address and folder not in self.shown:
            raise LookupError(f'{address}: say in tests/web/example.py what to show there')
        return re.sub(r'\[[^]]+\]', self.shown.get(folder, ''), address)


def fill(instance: Instance) -> Example:
    """Make it all, through the API, and wait until the jobs have ended."""
    _register_engines()
    client = instance.client
    materials = {name: _material(client, name, formula, tags) for name, formula, tags in MATERIALS}
    structures = {
        name: client.post(
            f'/structures/build/{builder}', {'parameters': parameters, 'material_id': materials[name]}
        )['uuid']
        for builder, parameters, name in STRUCTURES
    }
    dataset = learning.upload(client.post, 'Rock salts')
    trainings = {name: learning.submit(client.post, dataset, name, **given) for name, given in MODELS}
    jobs = {label: _submit(client, label, *rest, structures) for label, *rest in JOBS}
    for first, last, role in PEOPLE:
        email = f'{first.split("-")[0].lower()}@nanoos.example'
        client.post('/users', {'email': email, 'first_name': first, 'last_name': last, 'role': role})
    client.post('/auth/tokens', {'name': 'nightly script', 'scopes': ['read', 'submit'], 'days': 90})
    group = client.post('/groups', {'name': 'Copper study', 'description': 'For the comparison of engines.'})
    for label, uuid in (trainings | jobs).items():
        _wait(client, label, uuid)
    model = next(one['uuid'] for one in client.get('/ml/models')['items'] if one['name'] == MODELS[0][0])
    client.patch(f'/ml/models/{model}', {'stage': 'production'})
    members = [*structures.values(), *jobs.values()]
    client.patch(f'/groups/{group["uuid"]}/nodes', {'add': members})
    return Example(
        {
            'chains': 'copper-diffusion',
            'ml/datasets': dataset,
            'ml/models': model,
            'groups': group['uuid'],
            'materials': materials[SHOWN['materials']],
            'structures': structures[SHOWN['structures']],
            'jobs': jobs[SHOWN['jobs']],
            'graph': jobs[SHOWN['jobs']],
        }
    )


def _register_engines() -> None:
    from nanoos_plugins.engines.contract import load_engine
    from nanoos_plugins.install.engines import provide

    for name in ENGINES:
        provide(load_engine(name))


def _material(client: Client, name: str, formula: str, tags: list[str]) -> str:
    made = client.post('/materials', {'name': name, 'formula': formula})
    path = f'/materials/{made["material_id"]}'
    client.patch(path, {'revision': 1, 'tags': tags})
    return str(made['material_id'])


def _submit(
    client: Client,
    label: str,
    workflow: str,
    template: str,
    protocol: str,
    settings: dict[str, Any],
    material: str,
    structures: dict[str, str],
) -> str:
    body = {
        'workflow': workflow,
        'structure': structures[material],
        'template': template,
        'protocol': protocol,
        'settings': settings,
        'label': label,
    }
    return str(client.post('/jobs', body)['uuid'])


def _wait(client: Client, label: str, uuid: str, seconds: float = 600) -> None:
    end = time.monotonic() + seconds
    while (status := client.get(f'/jobs/{uuid}/status')['status']) not in ENDED:
        if time.monotonic() > end:
            sys.exit(f'{label}: {status} after {seconds:.0f} s')
        time.sleep(0.5)
    print(f'{label}: {status}', flush=True)
