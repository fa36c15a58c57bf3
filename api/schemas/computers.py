"""Computers and codes: where one can submit to, and what one can run there."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr, StringConstraints

from api.schemas.values import NO_NUL, Object, Text, Word

Label = Annotated[
    str, StringConstraints(min_length=1, max_length=100, pattern=r'^[A-Za-z0-9][A-Za-z0-9_.+-]*$')
]
Seconds = Annotated[float, Field(ge=0, le=3600)]


class Computer(BaseModel):
    """A computer, as far as it concerns the caller."""

    uuid: str
    label: str
    hostname: str
    description: str
    transport: str = Field(description='how it is reached: plugin of AiiDA')
    scheduler: str = Field(description='its scheduler: plugin of AiiDA')
    own_accounts: bool = Field(description='whether users may bring accounts of their own')
    configured: bool = Field(description='whether the caller has access of any kind')
    enabled: bool = Field(description='whether the caller can submit there now')
    settings: dict[str, Any] = Field(description="of the caller's access: username, use_login_shell, …")


class NewAccess(BaseModel):
    """An account of one's own on a computer. Nothing of it is text for a shell or a path."""

    model_config = ConfigDict(extra='forbid')

    username: str = Field(pattern=r'^[A-Za-z_][A-Za-z0-9_.-]{0,31}$', description='name of the account there')
    private_key: SecretStr = Field(
        min_length=1, max_length=20_000, description='for SSH, without a passphrase; it is never shown again'
    )
    use_login_shell: bool = Field(True, description='whether commands run in a login shell')
    safe_interval: Seconds = Field(30.0, description='shortest time between two connections [s]')


class NewComputer(BaseModel):
    """A computer to set up, as `verdi computer setup` asks for it."""

    model_config = ConfigDict(extra='forbid')

    label: Label
    hostname: str = Field(min_length=1, max_length=255, pattern=r'^[^\s\x00]+$')
    description: Text = ''
    transport: Literal['core.local', 'core.ssh', 'core.ssh_async']
    scheduler: Word = Field(description='plugin of AiiDA, `core.slurm`')
    work_dir: str = Field(
        '/scratch/{username}/aiida_run',
        max_length=500,
        pattern=r'^/[^\x00\n]*$',
        description='absolute path, in which {username} stands for the name of the account',
    )
    mpiprocs_per_machine: int | None = Field(None, ge=1, le=1024)
    mpirun_command: str = Field('mpirun -np {tot_num_mpiprocs}', max_length=500, pattern=NO_NUL)
    prepend_text: Text = Field('', description='for the shell, before every calculation')
    own_accounts: bool = Field(False, description='whether users may bring accounts of their own (core.ssh)')


class ComputerChanges(BaseModel):
    """What to change of a computer; what is left out stays as it is."""

    model_config = ConfigDict(extra='forbid')

    description: Text = ''
    own_accounts: bool = Field(False, description='whether users may bring accounts of their own (core.ssh)')
    enabled: bool = Field(True, description='whether all who have access can submit there, or nobody can')


class Permission(BaseModel):
    """How a user may submit to a computer."""

    model_config = ConfigDict(extra='forbid')

    enabled: bool = Field(True, description='whether the user can submit there')
    settings: Object = Field({}, description='of the transport, as `verdi computer configure` takes them')


class NewCode(BaseModel):
    """A program to provide to all who can submit to a computer."""

    model_config = ConfigDict(extra='forbid')

    label: Label
    description: Text = ''
    computer: str = Field(max_length=36, description='UUID of the computer')
    plugin: Word = Field(description='calculation that it is for, `quantumespresso.pw`')
    executable: str = Field(
        max_length=500, pattern=r'^/[^\x00\n]*$', description='absolute path on the computer'
    )
    with_mpi: bool | None = Field(None, description='whether it runs under MPI; null: the calculation says')
    prepend_text: Text = Field('', description='for the shell, before every calculation')


class Code(BaseModel):
    """A code that the caller can run."""

    uuid: str
    label: str
    description: str
    plugin: str | None = Field(description='calculation that it is for')
    computer: str = Field(description='label of the computer that it is on')
    computer_uuid: str
    owner: str = Field(description="e-mail of its owner; the system's are for all")
    created: datetime
