"""Where NANO-OS keeps its things: its home, its engines, and an AiiDA configuration of its own."""

from __future__ import annotations

import os
import sys
from pathlib import Path


def home() -> Path:
    """Return the folder of this instance: `$NANOOS_HOME`, else `~/.nanoos`."""
    return Path(os.environ.get('NANOOS_HOME') or '~/.nanoos').expanduser().absolute()


def engines_path() -> Path:
    """Return the folder of the engines' environments.

    `$NANOOS_ENGINES`, else `engines` in the virtual environment NANO-OS runs in, else `engines` in `home()`.
    """
    given = os.environ.get('NANOOS_ENGINES')
    if given:
        return Path(given).expanduser().absolute()
    return (Path(sys.prefix) if sys.prefix != sys.base_prefix else home()) / 'engines'


def profiles_path() -> Path:
    """Return the folder `profiles` of this installation: it lies beside this package, also in a wheel."""
    return Path(__file__).parents[2] / 'profiles'


def environment() -> dict[str, str]:
    """Return the variables by which a child process, or plain `verdi`, works on this instance."""
    bin_folder = str(Path(sys.executable).parent)
    path = os.environ.get('PATH', os.defpath).split(os.pathsep)
    return {
        'NANOOS_HOME': str(home()),
        'AIIDA_PATH': str(home()),
        'OMP_NUM_THREADS': os.environ.get('OMP_NUM_THREADS', '1'),
        'PATH': os.pathsep.join([bin_folder, *(folder for folder in path if folder != bin_folder)]),
    }


def use_home() -> Path:
    """Make this Python process work on `home()` and nothing else; return the AiiDA configuration folder.

    AiiDA reads `AIIDA_PATH` once, when it is imported, and warns about a folder that is not there: so the
    folder is made first, and an AiiDA that is imported already is told of the change.

    :raises RuntimeError: when a profile of another AiiDA instance is loaded in this Python process.
    """
    os.environ.update(environment())
    config_folder = home() / '.aiida'
    home().mkdir(mode=0o700, parents=True, exist_ok=True)
    config_folder.mkdir(exist_ok=True)
    if 'aiida.manage.configuration' in sys.modules:
        _point_imported_aiida_at(config_folder)
    return config_folder


def _point_imported_aiida_at(config_folder: Path) -> None:
    """Switch an AiiDA that was imported before `AIIDA_PATH` was set."""
    from aiida.manage import get_manager
    from aiida.manage.configuration import reset_config
    from aiida.manage.configuration.settings import AiiDAConfigDir

    if AiiDAConfigDir.get() == config_folder:
        return
    profile = get_manager().get_profile()
    if profile is not None:
        raise RuntimeError(
            f'profile {profile.name!r} of the AiiDA instance {AiiDAConfigDir.get()} is loaded in this Python '
            f'process, so the instance {config_folder} cannot be used in it: start a new process'
        )
    AiiDAConfigDir.set(config_folder)
    reset_config()
