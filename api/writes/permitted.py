"""What tenants may run: which nodes, codes, parameters and options a job of theirs may have.

Free submission is execution of code: scripts, shell texts, codes and paths are for administrators. The rest
is an allow-list.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeVar
from uuid import UUID

import sqlalchemy as sa
from aiida import orm
from aiida.common.exceptions import NotExistent
from pydantic import ValidationError

from api.errors import NotFoundError
from api.schemas.jobs import Options
from nanoos_plugins.data.model import Model
from nanoos_plugins.data.template import Template, load_template, system_templates
from nanoos_plugins.engines.code import default_code
from nanoos_plugins.engines.contract import Engine, load_engine
from nanoos_plugins.engines.mlip_potential import find_potential
from nanoos_plugins.graph.computers import LOCAL_TRANSPORT, is_enabled
from nanoos_plugins.graph.tables import connection, tables
from nanoos_plugins.storage.owner import SYSTEM_EMAIL
from nanoos_plugins.storage.shares import Viewer, seen_by

Kind = TypeVar('Kind', bound=orm.Node)
NO_PRIORITY = frozenset({'core.direct'})
#: Engine whose potential is a model that somebody has trained, not a file.
MLIP = 'mlip'


@dataclass(frozen=True)
class Submitter:
    """Who submits: what they see, and whether they administer the instance."""

    viewer: Viewer
    is_admin: bool

    def load(self, uuid: UUID, kind: type[Kind], what: str) -> Kind:
        """Return a node that the submitter sees.

        :raises NotFoundError: when there is none, or not for them.
        :raises ValueError: when it is of another kind.
        """
        node = orm.QueryBuilder().append(orm.Node, filters={'uuid': str(uuid)}).first(flat=True)
        if node is None or not self.sees(node):
            raise NotFoundError(f'there is no {what} {uuid}')
        if not isinstance(node, kind):
            raise ValueError(f'{what}: node {uuid} is {type(node).__name__}, expected {kind.__name__}')
        return node

    def load_input(self, uuid: UUID) -> orm.Node:
        """Return a node of data that the submitter sees, as `load` does."""
        return self.load(uuid, orm.Data, 'input')

    def sees(self, node: orm.Node) -> bool:
        """Return whether the submitter sees a stored node."""
        columns = tables().node.c
        statement = sa.select(columns.id).where(columns.id == node.pk, seen_by(self.viewer, columns))
        with connection() as opened:
            return opened.execute(statement).first() is not None

    def load_code(self, uuid: UUID) -> orm.AbstractCode:
        """Return a code that the submitter sees; whether they may run it is `check`'s to say.

        :raises NotFoundError: when there is none, or not for them.
        :raises ValueError: when the node is no code.
        """
        node = self.load(uuid, orm.Data, 'code')
        if not isinstance(node, orm.AbstractCode):
            raise ValueError(f'code: node {uuid} is {type(node).__name__}, expected a code')
        return node

    def load_template(self, identifier: str) -> Template:
        """Return the template that a UUID or a name means.

        :raises NotFoundError: when there is none, or not for the submitter.
        """
        uuid = _uuid(identifier)
        if uuid is not None:
            return self.load(uuid, Template, 'template')
        # A primary key, which AiiDA would take as well, says nothing over HTTP.
        found = None if identifier.isdecimal() else _template_named(identifier)
        if found is not None and self.sees(found):
            return found
        raise NotFoundError(f'there is no template {identifier!r}')

    def check(
        self,
        template: Template,
        parameters: Mapping[str, Any],
        code: orm.AbstractCode | None,
        options: Mapping[str, Any],
    ) -> orm.AbstractCode | None:
        """Check what a job would run; return the code that it runs by, None for an engine without a program.

        :param parameters: those that override the template's.
        :param code: None for the engine's own: it is chosen here, where it is known who submits.
        :raises PermissionError: for what needs the scope admin, or a computer of others.
        :raises ValueError: for options that make no sense, or an engine that is not installed.
        """
        potential = parameters.get('potential', template.parameters.get('potential'))
        if isinstance(potential, str) and not self.is_admin and {'/', os.sep} & set(potential):
            raise PermissionError(
                'potential: a path needs the scope admin; give the name of a potential shipped with LAMMPS'
            )
        if template.engine == MLIP and potential is not None:
            self._check_model(potential)
        return self.check_run(load_engine(template.engine), code, options)

    def _check_model(self, potential: Any) -> None:
        """Check that the submitter sees the fine-tuned model that a parameter names.

        :raises NotFoundError: when there is none, or not for them; keys say nothing over HTTP.
        :raises ValueError: when it is of a kind that cannot be run.
        """
        text = str(potential)
        uuid = _uuid(text)
        if uuid is not None:
            self.load(uuid, Model, 'model')
        if (uuid is None and text.isdecimal()) or not self.sees(find_potential(text)):
            raise NotFoundError(f'there is no model {text!r:.80}')

    def check_run(
        self, engine: Engine[Any], code: orm.AbstractCode | None, options: Mapping[str, Any]
    ) -> orm.AbstractCode | None:
        """Check by what an engine would run; return that code, None for an engine without a program.

        :param code: as in `check`.
        :raises PermissionError: for what needs the scope admin, or a computer of others.
        :raises ValueError: for options that make no sense, or an engine that is not installed.
        """
        if code is not None and not self.is_admin and not self._may_run(code):
            raise PermissionError(
                f"code {code.uuid}: the system's codes, and one's own on computers of one's own account"
            )
        if not self.is_admin:
            self._check_options(options)
        if code is None and engine.code_plugin is not None:
            code = self._default_code(engine)
        if code is not None and code.computer is not None:
            self._check_computer(code.computer)
        if options.get('priority') is not None:
            check_priority(engine, code)
        return code

    def _default_code(self, engine: Engine[Any]) -> orm.AbstractCode:
        """Return the engine's code on this machine; a tenant's own one there may not be run.

        :raises ValueError: when there is none.
        """
        me = orm.User.collection.get(id=self.viewer.user_pk) if self.is_admin else None
        try:
            return default_code(engine, me)
        except NotExistent:
            raise ValueError(
                f'code: engine {engine.name} is not installed here; `nanoos engines install {engine.name}`'
            ) from None

    def _check_computer(self, computer: orm.Computer) -> None:
        """Check that the submitter may submit to a computer: AiiDA does not ask whether that is enabled.

        :raises PermissionError: when they may not.
        """
        assert computer.pk is not None
        if not is_enabled(computer.pk, self.viewer.user_pk):
            raise PermissionError(
                f'computer {computer.label}: you cannot submit there; /api/computers lists where you can'
            )

    def _may_run(self, code: orm.AbstractCode) -> bool:
        """Return whether a tenant may run a code.

        One's own code on this machine would run under the account that all tenants share.
        """
        if code.user.email == SYSTEM_EMAIL:
            return True
        computer = code.computer
        own = code.user.pk == self.viewer.user_pk
        return own and computer is not None and computer.transport_type != LOCAL_TRANSPORT

    def _check_options(self, options: Mapping[str, Any]) -> None:
        try:
            Options.model_validate(dict(options))
        except ValidationError as error:
            first = error.errors()[0]
            where = '.'.join(['options', *(str(part) for part in first['loc'])])
            if first['type'] == 'extra_forbidden':
                raise PermissionError(f'{where}: this option needs the scope admin') from None
            raise ValueError(f'{where}: {first["msg"]}') from None


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _template_named(name: str) -> Template | None:
    """Return the template of the acting user or of the system with this name; None when there is none."""
    try:
        return load_template(name)
    except NotExistent:
        return next((shipped for shipped in system_templates() if shipped.name == name), None)


def check_priority(engine: Engine[Any], code: orm.AbstractCode | None) -> None:
    """Check that the scheduler of a job knows priorities.

    :raises ValueError: when it does not, or there is none.
    """
    if engine.code_plugin is None:
        raise ValueError(f'options.priority: engine {engine.name} uses no scheduler, so it has no priority')
    computer = None if code is None else code.computer
    if computer is None or computer.scheduler_type in NO_PRIORITY:
        name = 'none' if computer is None else computer.scheduler_type
        raise ValueError(f'options.priority: the scheduler here ({name}) has no priorities; leave it out')
