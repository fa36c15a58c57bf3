"""Features of one structure: what models learn from and what similarity is measured in, computed once."""

from __future__ import annotations

import io
from collections.abc import Mapping
from hashlib import sha256
from typing import Any

import numpy as np
import numpy.typing as npt
import orjson
from aiida import orm
from aiida.common.exceptions import ValidationError
from aiida.orm.pydantic import OrmMetadataField

from nanoos_plugins.ml.feature_settings import FeatureSettings
from nanoos_plugins.storage.embeddings import WIDTH

#: The file of the features: an array (width,) for each block.
FILE = 'features.npz'
#: Of the means over the atoms those after the last pass of messages, in which similarity is measured.
POOLED = slice(-WIDTH, None)
#: [decimals] Lengths in Å that differ by less are the same.
DECIMALS = 8

Array = npt.NDArray[Any]


class Features(orm.Data):
    """Features of a structure, or why it has none.

    They belong to what the structure is, not to its node: `content` says it, and `key` with the settings, by
    which they are found for every node of the same crystal.
    """

    class AttributesModel(orm.Data.AttributesModel):
        structure: str = OrmMetadataField(description='UUID of the structure that they were made of')
        content: str = OrmMetadataField(description='SHA-256 of cell and atoms, see `content_of`')
        pretrained: str = OrmMetadataField(description='Network whose frozen features these are')
        version: int = OrmMetadataField(description='Version of the computation')
        key: str = OrmMetadataField(description='Content, network and version: by it they are found')
        problem: str | None = OrmMetadataField(None, description='Why there are none')
        pooled: list[float] = OrmMetadataField(
            [], description='Means over the atoms after the last pass of messages, the embedding of the whole'
        )

    def __init__(
        self,
        structure: orm.StructureData,
        settings: FeatureSettings,
        blocks: Mapping[str, Array] | None = None,
        problem: str | None = None,
        **kwargs: Any,
    ) -> None:
        """Make unstored features of a stored structure.

        :param blocks: (width,) by name, see `nanoos_plugins.ml.features`; None when it has none.
        :param problem: why it has none.
        :raises ValueError: for both or neither.
        """
        if (blocks is None) == (problem is None):
            raise ValueError('features: expected either blocks or the reason why there are none')
        super().__init__(**kwargs)  # type: ignore[no-untyped-call]
        content = content_of(structure.base.attributes.all)
        self.base.attributes.set_many(
            {
                'structure': structure.uuid,
                'content': content,
                'pretrained': settings.pretrained,
                'version': settings.version,
                'key': settings.key(content),
                'problem': problem,
                'pooled': [] if blocks is None else pooled(blocks),
            }
        )
        if blocks is not None:
            file = io.BytesIO()
            np.savez(file, **blocks)  # type: ignore[arg-type]
            self.base.repository.put_object_from_bytes(file.getvalue(), FILE)

    @property
    def problem(self) -> str | None:
        """Why there are none; None when there are."""
        problem: str | None = self.base.attributes.get('problem')
        return problem

    @property
    def blocks(self) -> dict[str, Array]:
        """The features, (width,) by name of their block.

        :raises ValueError: when there are none.
        """
        if self.problem is not None:
            raise ValueError(f'structure {self.base.attributes.get("structure")} has none: {self.problem}')
        content = io.BytesIO(self.base.repository.get_object_content(FILE, 'rb'))
        with np.load(content, allow_pickle=False) as arrays:
            return dict(arrays)

    def _validate(self) -> bool:
        valid = super()._validate()
        if self.problem is None and FILE not in self.base.repository.list_object_names():
            raise ValidationError(f'features without {FILE} need a problem that says why')
        return valid


def content_of(attributes: Mapping[str, Any]) -> str:
    """Return the SHA-256 of what a structure is: cell, directions of periodicity, and atoms in their order.

    The same for all nodes with the same of these, whatever else is said of them: AiiDA's hash of a node has
    also where it came from and what its kinds of atoms are called. Two cells of one crystal differ.

    :param attributes: of an AiiDA structure.
    """
    kinds = {kind['name']: [kind['symbols'], kind['weights']] for kind in attributes['kinds']}
    crystal = [
        [_rounded(vector) for vector in attributes['cell']],
        [bool(attributes[f'pbc{axis}']) for axis in (1, 2, 3)],
        [[*kinds[site['kind_name']], _rounded(site['position'])] for site in attributes['sites']],
    ]
    return sha256(orjson.dumps(crystal)).hexdigest()


def _rounded(vector: Any) -> list[float]:
    return [round(float(value), DECIMALS) + 0.0 for value in vector]  # + 0.0: no negative zeros


def pooled(blocks: Mapping[str, Array]) -> list[float]:
    """Return the embedding of a structure, (64,), with as few digits as single precision needs."""
    return [float(str(value)) for value in blocks['mean'][POOLED].astype(np.float32)]
