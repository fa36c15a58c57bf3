"""The material: what structures, jobs and results are about. It changes by revisions, never in place."""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from aiida import orm
from aiida.common.exceptions import NotExistent, ValidationError
from aiida.orm.pydantic import OrmMetadataField
from ase.data import chemical_symbols

#: What a revision may change. `archived` is a change like the others, and can be taken back.
CHANGEABLE = ('name', 'formula', 'description', 'tags', 'metadata', 'archived')

_TOKEN = re.compile(r'([A-Z][a-z]?|[()\[\]]|\d+(?:\.\d+)?)')


class Material(orm.Data):
    """One revision of a material; all have the same `material_id`, and the newest is the material."""

    class AttributesModel(orm.Data.AttributesModel):
        name: str = OrmMetadataField(description='Name for people')
        formula: str | None = OrmMetadataField(None, description='Chemical formula, as in SiO2')
        description: str = OrmMetadataField('', description='Free text')
        tags: list[str] = OrmMetadataField([], description='Words to find it by')
        metadata: dict[str, Any] = OrmMetadataField({}, description='Anything else')
        archived: bool = OrmMetadataField(False, description='Whether lists leave it out')
        material_id: str = OrmMetadataField('', description='Identity, the same in all revisions')
        revision: int = OrmMetadataField(1, description='Number of the revision, from 1')

    def __init__(
        self,
        name: str,
        formula: str | None = None,
        description: str = '',
        tags: Sequence[str] = (),
        metadata: Mapping[str, Any] | None = None,
        archived: bool = False,
        material_id: str | None = None,
        revision: int = 1,
        **kwargs: Any,
    ) -> None:
        """Make an unstored material.

        :param material_id: identity; None for a new material, which gets a new one.
        :param revision: number of the revision, from 1.
        :raises ValueError: when an attribute has the wrong form; the message names it.
        """
        attributes = {
            'name': name,
            'formula': formula,
            'description': description,
            'tags': list(tags) if not isinstance(tags, str) else tags,
            'metadata': dict(metadata or {}),
            'archived': archived,
            'revision': revision,
        }
        check(attributes)
        super().__init__(**kwargs)  # type: ignore[no-untyped-call]
        self.label = name
        self.base.attributes.set_many({**attributes, 'material_id': material_id or str(uuid.uuid4())})

    @property
    def name(self) -> str:
        """Name for people."""
        return str(self.base.attributes.get('name'))

    @property
    def formula(self) -> str | None:
        """Chemical formula, None when the material has no fixed one."""
        formula: str | None = self.base.attributes.get('formula')
        return formula

    @property
    def description(self) -> str:
        """Free text. Unlike AiiDA's own description it is part of the revision and cannot change later."""
        return str(self.base.attributes.get('description', ''))

    @description.setter
    def description(self, value: str) -> None:
        self.base.attributes.set('description', value)

    @property
    def tags(self) -> list[str]:
        """Words to find it by."""
        return list(self.base.attributes.get('tags'))

    @property
    def metadata(self) -> dict[str, Any]:
        """Anything else: a JSON object."""
        return dict(self.base.attributes.get('metadata'))

    @property
    def archived(self) -> bool:
        """Whether lists leave it out."""
        return bool(self.base.attributes.get('archived'))

    @property
    def material_id(self) -> str:
        """Identity, the same in all revisions."""
        return str(self.base.attributes.get('material_id'))

    @property
    def revision(self) -> int:
        """Number of the revision, from 1."""
        return int(self.base.attributes.get('revision'))

    def revised(self, changes: Mapping[str, Any], revision: int | None = None) -> Material:
        """Return the next revision, unstored, with `changes` made.

        :param revision: its number; the next one when None.
        :raises ValueError: for an unknown attribute, a value of the wrong form, or no change at all.
        """
        unknown = sorted(set(changes) - set(CHANGEABLE))
        if unknown:
            raise ValueError(
                f'a material has no {", ".join(unknown)} to change; it has {", ".join(CHANGEABLE)}'
            )
        current = {key: self.base.attributes.get(key) for key in CHANGEABLE}
        if all(current[key] == value for key, value in changes.items()):
            raise ValueError(
                f'nothing to revise: {self.name} (revision {self.revision}) already is like that'
            )
        number = self.revision + 1 if revision is None else revision
        return Material(**{**current, **changes}, material_id=self.material_id, revision=number)

    def _validate(self) -> bool:
        valid = super()._validate()
        try:
            check(self.base.attributes.all)
        except ValueError as error:
            raise ValidationError(str(error)) from error
        return valid


def check(attributes: Mapping[str, Any]) -> None:
    """Check the attributes of a material.

    :raises ValueError: what was got, what was expected.
    """
    name, tags = attributes['name'], attributes['tags']
    if not isinstance(name, str) or not name.strip() or len(name) > 200:
        raise ValueError(f'name of a material: expected 1 to 200 characters, got {name!r:.80}')
    if not isinstance(tags, list) or not all(isinstance(tag, str) and tag.strip() for tag in tags):
        raise ValueError(f'tags of a material: expected a list of words, got {tags!r:.80}')
    if not isinstance(attributes['description'], str):
        raise ValueError(f'description of a material: expected text, got {attributes["description"]!r:.80}')
    if not isinstance(attributes['metadata'], dict):
        raise ValueError(f'metadata of a material: expected an object, got {attributes["metadata"]!r:.80}')
    if not isinstance(attributes['archived'], bool):
        raise ValueError(f'archived: expected true or false, got {attributes["archived"]!r:.80}')
    if attributes['formula'] is not None:
        check_formula(attributes['formula'])


def check_formula(formula: Any) -> None:
    """Check a chemical formula such as `SiO2`, `Ca(OH)2` or `La0.7Sr0.3MnO3`.

    :raises ValueError: naming the part that is not understood.
    """
    tokens = _TOKEN.findall(formula) if isinstance(formula, str) else []
    if not tokens or ''.join(tokens) != formula or not tokens[0][0].isalpha() and tokens[0] not in '([':
        raise ValueError(f'formula of a material: expected something like SiO2, got {formula!r:.80}')
    for token in tokens:
        if token[0].isalpha() and token not in chemical_symbols[1:]:
            raise ValueError(f'formula {formula!r}: {token} is not a chemical element')
    if tokens.count('(') != tokens.count(')') or tokens.count('[') != tokens.count(']'):
        raise ValueError(f'formula {formula!r}: brackets do not match')


def newest(material_id: str) -> Material:
    """Return the newest revision of a material.

    :raises NotExistent: when no material has that identity.
    """
    query = orm.QueryBuilder()
    query.append(Material, filters={'attributes.material_id': material_id}, tag='material')
    query.order_by({'material': [{'attributes.revision': {'order': 'desc', 'cast': 'i'}}, {'id': 'desc'}]})
    found = query.limit(1).first(flat=True)
    if found is None:
        raise NotExistent(f'no material {material_id!r}; `nanoos material list` names them')
    return found  # type: ignore[no-any-return]


def load_material(identifier: str | int) -> Material:
    """Return the newest revision of the material that is meant by a material id, a UUID, a pk or a name.

    :raises NotExistent: when there is none.
    :raises ValueError: when several materials have that name; the message lists their ids.
    """
    return newest(load_revision(identifier).material_id)


def load_revision(identifier: str | int) -> Material:
    """Return the revision that is meant: by pk or UUID that very one, by material id or name the newest.

    :raises NotExistent: when there is none.
    :raises ValueError: when several materials have that name; the message lists their ids.
    """
    text = str(identifier)
    is_uuid = re.fullmatch(r'[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}', text)
    if is_uuid or text.isdecimal():
        filters: dict[str, Any] = {'uuid': text} if is_uuid else {'id': int(text)}
        found: Material | None = orm.QueryBuilder().append(Material, filters=filters).first(flat=True)
        return found if found is not None else newest(text)
    return newest(_id_of_name(text))


def _id_of_name(name: str) -> str:
    """Return the one `material_id` whose newest revision is called `name`."""
    query = orm.QueryBuilder()
    query.append(Material, filters={'attributes.name': name}, project='attributes.material_id').distinct()
    ids = [found for (found,) in query.limit(100).all() if newest(found).name == name]
    if not ids:
        raise NotExistent(f'no material {name!r}; `nanoos material list` names them')
    if len(ids) > 1:
        raise ValueError(
            f'{len(ids)} materials are called {name!r}; say which by its id: {", ".join(ids[:5])}'
        )
    return str(ids[0])
