"""The template of a job: an engine and its parameters under a name, made by the system or by a user."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Literal

import yaml
from aiida import orm
from aiida.common.exceptions import NotExistent, ValidationError
from aiida.orm.pydantic import OrmMetadataField

from nanoos_plugins.install.home import profiles_path
from nanoos_plugins.storage.owner import acting_as, system_user

#: Parameters and descriptions of the system templates by name.
SYSTEM_TEMPLATES = profiles_path() / 'engines' / 'templates.yaml'

Origin = Literal['system', 'user']


class Template(orm.Data):
    """An engine and parameters for it; an input of every job, which may override single parameters."""

    class AttributesModel(orm.Data.AttributesModel):
        name: str = OrmMetadataField(description='Name for people')
        engine: str = OrmMetadataField(description='Name of the engine, as in `nanoos engines list`')
        parameters: dict[str, Any] = OrmMetadataField(
            {}, description='Parameters that differ from the defaults'
        )
        description: str = OrmMetadataField('', description='Free text')
        origin: Origin = OrmMetadataField(
            'user', description='system: shipped with NANO-OS; user: made by a user'
        )

    def __init__(
        self,
        name: str,
        engine: str,
        parameters: Mapping[str, Any] | None = None,
        description: str = '',
        origin: Origin = 'user',
        **kwargs: Any,
    ) -> None:
        """Make an unstored template.

        :param parameters: values for the engine's parameters, in the units that the engine states; those
            left out have the engine's defaults.
        :raises ValueError: when an attribute has the wrong form; the message names it.
        """
        attributes = {
            'name': name,
            'engine': engine,
            'parameters': dict(parameters or {}),
            'description': description,
            'origin': origin,
        }
        check(attributes)
        super().__init__(**kwargs)  # type: ignore[no-untyped-call]
        self.label = name
        self.base.attributes.set_many(attributes)

    @property
    def name(self) -> str:
        """Name for people."""
        return str(self.base.attributes.get('name'))

    @property
    def engine(self) -> str:
        """Name of the engine, as in the entry-point group `nanoos.engines`."""
        return str(self.base.attributes.get('engine'))

    @property
    def parameters(self) -> dict[str, Any]:
        """Parameters that differ from the engine's defaults, in the engine's units."""
        return dict(self.base.attributes.get('parameters'))

    @property
    def description(self) -> str:
        """Free text. Unlike AiiDA's own description it cannot change later."""
        return str(self.base.attributes.get('description', ''))

    @description.setter
    def description(self, value: str) -> None:
        self.base.attributes.set('description', value)

    @property
    def origin(self) -> Origin:
        """`system`: shipped with NANO-OS; `user`: made by a user."""
        origin: Origin = self.base.attributes.get('origin')
        return origin

    def _validate(self) -> bool:
        valid = super()._validate()
        try:
            check(self.base.attributes.all)
        except ValueError as error:
            raise ValidationError(str(error)) from error
        return valid


def check(attributes: Mapping[str, Any]) -> None:
    """Check the form of a template's attributes (whether the engine takes them is the engine's to say).

    :raises ValueError: what was got, what was expected.
    """
    for key in ('name', 'engine'):
        value = attributes[key]
        if not isinstance(value, str) or not value.strip() or len(value) > 200:
            raise ValueError(f'{key} of a template: expected 1 to 200 characters, got {value!r:.80}')
    if not isinstance(attributes['parameters'], dict):
        raise ValueError(
            f'parameters of a template: expected an object, got {attributes["parameters"]!r:.80}'
        )
    if not isinstance(attributes['description'], str):
        raise ValueError(f'description of a template: expected text, got {attributes["description"]!r:.80}')
    if attributes['origin'] not in ('system', 'user'):
        raise ValueError(f'origin of a template: expected system or user, got {attributes["origin"]!r:.80}')


def system_templates() -> list[Template]:
    """Return the templates that NANO-OS ships, one per entry of `SYSTEM_TEMPLATES`.

    Those that are not stored yet, or differ from the shipped ones, are stored for the system's user; so a
    new version of a template stands beside the old one, which jobs of the past keep as their input.
    """
    shipped = yaml.safe_load(SYSTEM_TEMPLATES.read_text(encoding='utf-8'))
    return [_stored_system_template(name, entry) for name, entry in shipped.items()]


def _stored_system_template(name: str, entry: Mapping[str, Any]) -> Template:
    """Return the stored system template `name` that is like `entry`."""
    wanted = {
        'engine': entry['engine'],
        'parameters': entry['parameters'],
        'description': entry['description'],
    }
    system = system_user()
    filters = {'attributes.name': name, 'attributes.origin': 'system', 'user_id': system.pk}
    query = orm.QueryBuilder().append(Template, filters=filters, tag='template')
    newest: Template | None = query.order_by({'template': {'id': 'desc'}}).limit(1).first(flat=True)
    if newest is not None and all(newest.base.attributes.get(key) == value for key, value in wanted.items()):
        return newest
    with acting_as(system):
        template = Template(name=name, origin='system', **wanted)
        template.store()
    return template


def load_template(identifier: str | int) -> Template:
    """Return the template that is meant by a pk, a UUID or a name.

    A name means a template of one's own or of the system: of several with one name the newest is taken, and
    one's own goes before the system's.

    :raises NotExistent: when there is none.
    """
    text = str(identifier)
    if text.isdecimal():
        filters: dict[str, Any] = {'id': int(text)}
    elif re.fullmatch(r'[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}', text):
        filters = {'uuid': text}
    else:
        filters = {'attributes.name': text, 'user_id': {'in': _own_and_system()}}
    query = orm.QueryBuilder().append(Template, filters=filters, tag='template')
    query.order_by({'template': [{'attributes.origin': {'order': 'desc', 'cast': 't'}}, {'id': 'desc'}]})
    found: Template | None = query.limit(1).first(flat=True)
    if found is None:
        raise NotExistent(f'no template {text!r}; `nanoos template list` names them')
    return found


def _own_and_system() -> list[int]:
    """Return the primary keys of the users whose templates a name can mean."""
    asking = orm.User.collection.get_default()
    return [user.pk for user in (asking, system_user()) if user is not None and user.pk is not None]
