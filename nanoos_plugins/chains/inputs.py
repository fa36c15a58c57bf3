"""The inputs of a chain's job: its structures, built where none is given, and the templates of its steps."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aiida import orm

from nanoos_plugins.calculations.build.bulk import build_bulk
from nanoos_plugins.chains.chain import Chain
from nanoos_plugins.data.template import Template, load_template


def chain_inputs(
    chain: Chain, structures: Mapping[str, orm.StructureData], templates: Mapping[str, Template]
) -> dict[str, Any]:
    """Return the inputs of `nanoos.multiscale`, to be handed to `launch.submit`.

    :param structures: by name; those left out are built, if the chain says how.
    :param templates: by label of the step; those left out are found by the names that the chain says.
    :raises ValueError: for a structure or step that the chain does not have, or a structure that it cannot
        build.
    :raises NotExistent: when there is no template of a name.
    """
    for given, known, what in ((structures, chain.structures, 'structure'), (templates, chain.steps, 'step')):
        unknown = sorted(set(given) - set(known))
        if unknown:
            raise ValueError(f'chain {chain.name} has no {what} {unknown[0]!r}; it has {", ".join(known)}')
    found = {
        label: templates.get(label) or load_template(step.template) for label, step in chain.steps.items()
    }
    return {
        'chain': orm.Dict(chain.model_dump(mode='json', by_alias=True)),
        'structures': {name: structures.get(name) or _built(chain, name) for name in chain.structures},
        'templates': found,
        'metadata': {'label': f'chain {chain.name}'},
    }


def _built(chain: Chain, name: str) -> orm.StructureData:
    """Return the bulk crystal that stands for a structure.

    :raises ValueError: when the chain does not say which, or it cannot be built.
    """
    given = chain.structures[name]
    if given.bulk is None:
        raise ValueError(f'chain {chain.name} needs the structure {name}: {given.description}')
    built: Any
    built, node = build_bulk.run_get_node(orm.Dict(given.bulk))
    if not node.is_finished_ok:
        raise ValueError(f'structure {name} of chain {chain.name}: {node.exit_message}')
    structure: orm.StructureData = built
    return structure
