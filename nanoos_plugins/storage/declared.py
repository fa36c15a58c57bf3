"""Which JSON attributes are worth filtering, as each node type declares them.

The database keeps them in a table of their own, see `properties`; a line more here is all that a new one
takes. A key is a path, as in a filter of AiiDA's QueryBuilder without `attributes.` before it.
"""

from __future__ import annotations

from typing import Literal

#: How an attribute is filtered: as one number, as one text, or as a list of words that may contain some.
Kind = Literal['number', 'text', 'words']

#: How the type of a node begins → its declared attributes and how they are filtered. No two begin alike.
DECLARED: dict[str, dict[str, Kind]] = {
    'data.core.dict.': {
        'energy': 'number',
        # Results of an engine: each number stands beside its unit.
        'energy.value': 'number',
        'engine': 'text',
        'task': 'text',
    },
    'data.core.structure.': {
        'formula': 'text',
        'space_group': 'text',
        'origin': 'text',
        'format': 'text',
        'number_of_atoms': 'number',
        'dimensionality': 'number',
    },
    'data.nanoos.material.': {
        'name': 'text',
        'formula': 'text',
        'material_id': 'text',
        'tags': 'words',
    },
    'data.nanoos.features.': {
        # Of what content, by which network: features of a structure are looked up by it.
        'key': 'text',
    },
    'process.': {
        'process_label': 'text',
        'process_state': 'text',
        'exit_status': 'number',
    },
}


def kind_of(node_type: str, path: str) -> Kind | None:
    """Return how an attribute is filtered that all nodes declare whose type begins so; None if not all do.

    :param node_type: a whole type or the beginning of one, `data.core.structure.`.
    :param path: of the attribute, `energy.value`.
    """
    for prefix, attributes in DECLARED.items():
        if node_type.startswith(prefix):
            return attributes.get(path)
    return None
