"""Learning: a data set from a file, a model trained from the form, what it is like, and what it predicts."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.web import learning
from tests.web.conftest import Person, sign_in, violations
from tests.web.learning import TARGET, UNIT, salt
from tests.web.test_accessibility import THEMES
from tests.web.test_jobs import row, wait
from tests.web.test_structures import DROP


def post_as(person: Person) -> Callable[[str, dict[str, Any]], Any]:
    return lambda path, body: person.http('POST', path, json=body)


@pytest.fixture(scope='module')
def dataset(person: Person) -> str:
    return learning.upload(post_as(person), 'rock salts')


@pytest.fixture(scope='module')
def models(person: Person, dataset: str, daemon: None, engine_code: Callable[[str], Any]) -> dict[str, str]:
    """Return two models that were tested on the same rows, by kind."""
    engine_code('mlip')
    kinds = ('student', 'dummy')
    jobs = {kind: learning.submit(post_as(person), dataset, f'salts by {kind}', model=kind) for kind in kinds}
    for job in jobs.values():
        assert wait(person, {'uuid': job}) == 'COMPLETED'
    found = person.http('GET', '/ml/models')['items']
    # Another test's model of the person may be of one of these kinds, too.
    return {one['kind']: one['uuid'] for one in found if one['name'] == f'salts by {one["kind"]}'}


def test_a_file_becomes_a_data_set_and_says_what_was_left_out(signed_in: Page, tmp_path: Path) -> None:
    file = tmp_path / 'salts of the test.json'
    file.write_text(json.dumps(learning.rows()))
    signed_in.goto('/')
    signed_in.get_by_role('navigation', name='Pages').get_by_role('link', name='Learning').click()
    signed_in.get_by_role('navigation', name='Learning').get_by_role('link', name='Data sets').click()
    signed_in.get_by_role('button', name='Make a data set').click()
    dialog = signed_in.get_by_role('dialog', name='Make a data set')
    dialog.get_by_label('File of the data set').set_input_files(file)
    expect(dialog).to_contain_text(f'the file has structure, {TARGET}, unit')
    dialog.get_by_label('Column of the target').fill('volume')
    dialog.get_by_role('button', name='Make it').click()
    expect(dialog.get_by_role('alert')).to_contain_text('volume', timeout=120_000)
    dialog.get_by_label('Column of the target').fill(TARGET)
    dialog.get_by_role('button', name='Make it').click()
    signed_in.wait_for_url(re.compile(r'/ml/datasets/[0-9a-f-]{36}$'), timeout=120_000)
    count = len(learning.rows()) - 2
    expect(signed_in.locator('main')).to_contain_text(f'{count} structures')
    left = signed_in.get_by_role('table', name='Rows left out').get_by_role('row')
    # its head, the row that was there before and the one without a number
    expect(left).to_have_count(3)
    expect(left.nth(1)).to_contain_text(str(count + 1))
    expect(left.nth(2)).to_contain_text(str(count + 2))
    expect(signed_in.get_by_role('figure')).to_contain_text('How volume per atom is spread')
    expect(signed_in.get_by_role('list', name='Processes by kind')).to_contain_text('import_dataset')
    signed_in.get_by_role('link', name='Train a model on it').click()
    expect(signed_in.get_by_label('Learn from')).to_have_value(re.compile('.{36}'))


def test_simulations_become_a_data_set_with_forces(
    page: Page, sign_up: Callable[[], Person], daemon: None
) -> None:
    person = sign_up()
    sign_in(page, person)
    page.goto('/ml/datasets?new')
    dialog = page.get_by_role('dialog', name='Make a data set')
    dialog.get_by_role('tab', name='Energies and forces').click()
    dialog.get_by_label('Name of the data set').fill('copper with forces')
    dialog.get_by_label('Engine').select_option('mock')
    dialog.get_by_role('button', name='Make it').click()
    expect(dialog.get_by_role('alert')).to_contain_text('no simulation by mock has ended well')
    copper = person.http('POST', '/structures/build/bulk', json={'parameters': {'formula': 'Cu'}})['uuid']
    wanted = {'workflow': 'simulation', 'structure': copper, 'template': 'mock'}
    assert wait(person, person.http('POST', '/jobs', json=wanted)) == 'COMPLETED'
    dialog.get_by_role('button', name='Make it').click()
    page.wait_for_url(re.compile(r'/ml/datasets/[0-9a-f-]{36}$'), timeout=60_000)
    expect(page.locator('main')).to_contain_text('energy per atom')
    expect(page.locator('main')).to_contain_text('forces, stresses')


def test_a_model_is_trained_from_the_form_and_followed(
    signed_in: Page, dataset: str, daemon: None, engine_code: Callable[[str], Any]
) -> None:
    engine_code('mlip')
    signed_in.goto(f'/ml/models/new?dataset={dataset}')
    signed_in.get_by_label('Name of the model').fill('salts by the form')
    signed_in.get_by_role('radio', name='cgcnn').check()
    parameters = signed_in.get_by_role('region', name='Parameters of cgcnn')
    for name, value in (('Width', '16'), ('Epochs', '15')):
        parameters.get_by_label(name, exact=True).fill(value)
    training = signed_in.get_by_role('region', name='Training')
    training.get_by_label('Test', exact=True).fill('0.95')
    signed_in.get_by_role('button', name='Train', exact=True).click()
    expect(training).to_contain_text('expected less than 0.9, got 0.95')
    for name in ('Test', 'Calibration'):
        training.get_by_label(name, exact=True).fill('0.3')
    signed_in.get_by_role('button', name='Train', exact=True).click()
    signed_in.wait_for_url(re.compile(r'/jobs/[0-9a-f-]{36}$'))
    # Nothing is loaded again by hand: curve, end and model are told as they come.
    expect(signed_in.get_by_role('figure').first).to_contain_text(
        re.compile('loss|error', re.I), timeout=90_000
    )
    signed_in.get_by_role('link', name='Open the model').click(timeout=90_000)
    expect(signed_in.get_by_role('heading', name='salts by the form')).to_be_visible()
    expect(signed_in.get_by_role('region', name='Training')).to_contain_text('Completed')


def test_the_registry_is_searched_and_models_are_compared(signed_in: Page, models: dict[str, str]) -> None:
    signed_in.goto('/ml/models')
    signed_in.get_by_role('searchbox', name='Search').fill('BY student')
    expect(signed_in).to_have_url(re.compile('text=BY'))
    expect(row(signed_in, 'salts by dummy')).to_have_count(0)
    signed_in.get_by_role('searchbox', name='Search').fill('')
    signed_in.get_by_label('Select salts by student').check()
    expect(signed_in.get_by_role('toolbar')).to_contain_text('Select another')
    signed_in.get_by_label('Select salts by dummy').check()
    signed_in.get_by_role('link', name='Compare them').click()
    table = signed_in.get_by_role('table', name='Models side by side')
    # The median knows nothing of volumes: no luck makes it as good.
    first = table.get_by_role('row').nth(1).inner_text()
    told = table.get_by_role('row').nth(2)
    expect(told).to_contain_text('better' if 'dummy' in first else 'worse')
    expect(told).to_contain_text(re.compile(rf'\d ± \d.*{UNIT}'))


def test_a_model_shows_its_test_and_where_it_is_from(
    signed_in: Page, person: Person, models: dict[str, str], dataset: str
) -> None:
    told = person.http('GET', f'/ml/models/{models["student"]}')
    signed_in.goto(f'/ml/models/{models["student"]}')
    parity = signed_in.get_by_role('figure', name='Prediction against target')
    expect(parity.locator('.recharts-scatter-symbol')).to_have_count(len(told['parity']['rows']))
    expect(parity.locator('.recharts-errorBar').first).to_be_attached()
    expect(signed_in.get_by_role('figure', name='Calibration')).to_contain_text('90 % are promised')
    parity.get_by_role('button', name=re.compile('^Table')).click()
    expect(parity.get_by_role('row')).to_have_count(len(told['parity']['rows']) + 1)
    expect(signed_in.get_by_role('link', name='rock salts')).to_have_attribute(
        'href', f'/ml/datasets/{dataset}'
    )
    lineage = signed_in.get_by_role('list', name='Processes by kind')
    lineage.get_by_text('import_dataset').click()
    source = person.http('GET', f'/ml/datasets/{dataset}')['source']['process']
    expect(lineage.locator(f'a[href="/graph/{source}"]')).to_be_visible()


def test_a_model_is_promoted_and_that_is_taken_back(
    signed_in: Page, person: Person, models: dict[str, str]
) -> None:
    signed_in.goto(f'/ml/models/{models["student"]}')
    main = signed_in.locator('main')
    main.get_by_role('button', name='Promote to production').click()
    expect(main.get_by_text('Production', exact=True)).to_be_visible()
    assert person.http('GET', f'/ml/models/{models["student"]}')['stage'] == 'production'
    signed_in.get_by_role('button', name='Undo').click()
    expect(main.get_by_text('Candidate', exact=True)).to_be_visible()
    assert person.http('GET', f'/ml/models/{models["student"]}')['stage'] == 'candidate'


def test_a_model_is_taken_along_as_an_archive(signed_in: Page, models: dict[str, str]) -> None:
    signed_in.goto(f'/ml/models/{models["dummy"]}')
    with signed_in.expect_download(timeout=120_000) as download:
        signed_in.get_by_role('button', name='Export').click()
    assert download.value.suggested_filename == 'salts by dummy.aiida'
    assert download.value.path().read_bytes()[:2] == b'PK'


def test_from_a_file_to_a_prediction_that_is_kept(
    signed_in: Page, person: Person, models: dict[str, str]
) -> None:
    """Drop CIFs of one and of several crystals, predict, sort, take along and keep what was predicted."""
    stored = person.http(
        'POST',
        '/structures/build/bulk',
        json={'parameters': {'formula': 'MgO', 'crystal': 'rocksalt', 'a': 4.3}},
    )['uuid']
    signed_in.goto(f'/ml/predictions?model={models["student"]}&structure={stored}')
    expect(signed_in.get_by_role('combobox', name='Model')).to_have_value(models['student'])
    several = salt('Ni', 4.2) + salt('U', 5.0)
    signed_in.evaluate(DROP, ['Ca.cif', salt('Ca', 4.8)])
    signed_in.evaluate(DROP, ['several.cif', several])
    signed_in.evaluate(DROP, ['broken.cif', 'data_x\n_cell_length_a 3\n'])
    told = signed_in.get_by_role('status', name='Structures')
    expect(told).to_have_text('1 of the graph, 3 read from files', timeout=120_000)
    expect(signed_in.get_by_role('list', name='Files that were not read')).to_contain_text('broken.cif')
    signed_in.get_by_role('button', name='Predict 4 structures').click()
    table = signed_in.get_by_role('table', name='Predictions')
    rows = table.get_by_role('row')
    expect(rows).to_have_count(5, timeout=120_000)
    expect(rows.nth(1)).to_contain_text('MgO')
    # Nothing of uranium was among what the model has learnt from.
    uranium = rows.filter(has_text='several UO.cif')
    expect(uranium).to_contain_text('Outside')
    expect(uranium).to_contain_text('U')
    expect(rows.filter(has_text='Ca.cif')).to_contain_text(UNIT)
    table.get_by_role('button', name='Sort by Prediction').click()
    with signed_in.expect_download() as download:
        signed_in.get_by_role('button', name='CSV').click()
    text = download.value.path().read_text()
    records = list(csv.DictReader(io.StringIO(text)))
    values = [float(one[f'{TARGET} [{UNIT}]']) for one in records]
    assert values == sorted(values, reverse=True)
    calcium = next(one for one in records if one['name'] == 'Ca.cif')
    assert float(calcium[f'{TARGET} [{UNIT}]']) == pytest.approx(learning.volume(4.8), rel=0.15)
    assert next(one for one in records if one['structure'] == stored)['outside the domain'] in ('yes', 'no')
    signed_in.get_by_role('button', name='Keep in the graph').click()
    link = signed_in.get_by_role('link', name='one process of the graph')
    process = (link.get_attribute('href') or '').removeprefix('/graph/')
    link.click()
    signed_in.wait_for_url(f'**/graph/{process}')
    behind = person.http('GET', f'/nodes/{process}/graph', params={'direction': 'ancestors', 'depth': 10})
    assert models['student'] in {node['uuid'] for node in behind['nodes']}


def test_a_prediction_that_is_impossible_says_why(signed_in: Page, models: dict[str, str]) -> None:
    signed_in.goto(
        f'/ml/predictions?model={models["student"]}&structure=00000000-0000-4000-8000-000000000000'
    )
    signed_in.get_by_role('button', name='Predict', exact=True).click()
    expect(signed_in.get_by_role('table', name='Predictions')).to_contain_text(
        'there is no structure', timeout=120_000
    )
    expect(signed_in.get_by_role('status', name='Predicted')).to_contain_text('1 failed')


@pytest.mark.parametrize('theme', THEMES)
def test_nothing_serious_is_wrong(
    open_browser: Callable[..., BrowserContext],
    person: Person,
    models: dict[str, str],
    dataset: str,
    theme: Any,
) -> None:
    page = open_browser(color_scheme=theme, reduced_motion='reduce', bypass_csp=True).new_page()
    sign_in(page, person)
    page.goto('/ml/models')
    page.get_by_label('Select salts by student').check()
    page.get_by_label('Select salts by dummy').check()
    expect(page.get_by_role('link', name='Compare them')).to_be_visible()
    assert violations(page) == []
    page.get_by_role('link', name='Compare them').click()
    expect(page.get_by_role('table', name='Models side by side')).to_be_visible()
    expect(page.locator('.recharts-surface').first).to_be_visible()
    assert violations(page) == []
    page.goto(f'/ml/models/{models["student"]}')
    expect(page.locator('.recharts-scatter-symbol').first).to_be_visible()
    assert violations(page) == []
    page.goto(f'/ml/models/new?dataset={dataset}')
    expect(page.get_by_role('region', name='Parameters of student')).to_be_visible()
    assert violations(page) == []
    page.goto(f'/ml/datasets/{dataset}')
    expect(page.locator('.recharts-surface').first).to_be_visible()
    assert violations(page) == []
    page.goto('/ml/datasets?new')
    expect(page.get_by_role('dialog').get_by_label('Column of the target')).to_be_visible()
    assert violations(page) == []
    page.goto(f'/ml/predictions?model={models["student"]}')
    page.get_by_label('Files of structures').set_input_files(
        {'name': 'a.cif', 'mimeType': 'text/plain', 'buffer': salt('U', 5.0).encode()}
    )
    page.get_by_role('button', name='Predict', exact=True).click(timeout=120_000)
    expect(page.get_by_role('table', name='Predictions')).to_contain_text('a.cif', timeout=120_000)
    assert violations(page) == []


def test_similar_structures_are_found_once_there_are_features(
    signed_in: Page, person: Person, daemon: None, engine_code: Callable[[str], Any]
) -> None:
    engine_code('mlip')
    magnesia, nickel = (
        person.http(
            'POST',
            '/structures/build/bulk',
            json={'parameters': {'formula': formula, 'crystal': 'rocksalt', 'a': 4.25}},
        )['uuid']
        for formula in ('MgO', 'NiO')
    )
    job = person.http('POST', '/ml/features', json={'structures': [nickel]})['job']
    assert job is None or wait(person, job) == 'COMPLETED'
    signed_in.goto(f'/structures/{magnesia}')
    similar = signed_in.get_by_role('region', name='Similar structures')
    similar.get_by_role('button', name='Compute them').click()
    # Nothing is loaded again by hand.
    link = similar.get_by_role('table').get_by_role('link', name='NiO').first
    expect(link).to_have_attribute('href', f'/structures/{nickel}', timeout=90_000)
