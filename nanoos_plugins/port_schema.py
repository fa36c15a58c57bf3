"""The ports of a process as JSON Schema, and JSON values as its inputs.

Nodes are named by their UUID, `{"uuid": …}`. Where AiiDA has a type for plain values (numbers, texts, lists,
objects), the value itself will do.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any
from uuid import UUID

from aiida import orm
from aiida.engine.processes.ports import PortNamespace

from nanoos_plugins.engines.contract import engine_names, load_engine

DIALECT = 'https://json-schema.org/draft/2020-12/schema'
#: Types of data that plain values stand for: their word in JSON Schema, and what Python has for them.
PLAIN: dict[type[orm.Data], tuple[str, type | tuple[type, ...]]] = {
    orm.Bool: ('boolean', bool),
    orm.Int: ('integer', int),
    orm.Float: ('number', (int, float)),
    orm.Str: ('string', str),
    orm.List: ('array', list),
    orm.Dict: ('object', dict),
}
WORDS: dict[type, str] = {bool: 'boolean', int: 'integer', float: 'number', str: 'string'}
#: What may be said about a process itself.
METADATA = ('metadata', 'label', 'description')
MOST_TEXT = 10_000
UNIT = re.compile(r'\[([^\[\]]+)\]')


def inputs_schema(process: Any) -> dict[str, Any]:
    """Return the JSON Schema of the inputs of a process, with help, units and defaults."""
    return {'$schema': DIALECT, 'title': f'{process.__name__}: inputs', **_namespace(process.spec().inputs)}


def outputs_schema(process: Any) -> dict[str, Any]:
    """Return the JSON Schema of the outputs of a process: all of them nodes."""
    return {'$schema': DIALECT, 'title': f'{process.__name__}: outputs', **_namespace(process.spec().outputs)}


def describe(process: Any) -> str:
    """Return what a process does, in one line: the first of its docstring."""
    return (process.__doc__ or '').strip().partition('\n')[0]


def inputs_from_json(
    process: Any, values: Mapping[str, Any], load: Callable[[UUID], orm.Node]
) -> dict[str, Any]:
    """Return the inputs of a process from JSON values; a null is as good as nothing.

    :param load: returns the node of a UUID, and raises what it likes when there is none.
    :raises ValueError: for an unknown port or a value of another type; the message begins with the port.
    """
    return _from_json(process.spec().inputs, values, load, 'inputs')


def node_from_json(port: Any, value: Any, load: Callable[[UUID], orm.Node], path: str) -> orm.Node:
    """Return the node that a JSON value means to a port: a stored one by its UUID, or a new one.

    :raises ValueError: for a value that the port does not take.
    """
    types = _types(port)
    uuid = _uuid(value)
    if uuid is not None:
        node = load(uuid)
        if types and not isinstance(node, types):
            raise ValueError(f'{path}: expected {_named(types)}, but node {uuid} is {_named((type(node),))}')
        return node
    for kind in types:
        word, python = PLAIN.get(kind, ('', ()))
        if isinstance(value, python) and (kind is orm.Bool or not isinstance(value, bool)):
            return _new(kind, value)
    words = [PLAIN[kind][0] for kind in types if kind in PLAIN]
    raise ValueError(f'{path}: expected {" or ".join([*words, _NODE])}, got {value!r:.80}')


_NODE = '{"uuid": …} of a node'


def _new(kind: type, value: Any) -> orm.Node:
    """Return a new node of one of the plain types."""
    node: orm.Node = kind(float(value) if kind is orm.Float else value)
    return node


def _namespace(namespace: PortNamespace) -> dict[str, Any]:
    properties = {name: _port(name, port) for name, port in namespace.items() if _is_open(name, port)}
    schema: dict[str, Any] = {
        'type': 'object',
        'properties': properties,
        'required': [name for name in properties if namespace[name].required],
        'additionalProperties': bool(namespace.dynamic),
    }
    return schema | ({'description': namespace.help} if namespace.help else {})


def _is_open(name: str, port: Any) -> bool:
    """Return whether a port may be given a value: of the metadata, only name and description."""
    return name in METADATA or not getattr(port, 'is_metadata', False)


def _port(name: str, port: Any) -> dict[str, Any]:
    if isinstance(port, PortNamespace):
        return _namespace(port)
    told = str(port.help or '')
    units = UNIT.findall(told)
    schema = {**_value(_types(port)), 'description': told}
    if units:
        # The same as the engines' models have: one unit; several belong to the parts the help names.
        schema['unit'] = ', '.join(dict.fromkeys('' if unit == '-' else unit for unit in units))
    default = _default(port)
    if default is not None:
        schema['default'] = default
    if name == 'parameters' and orm.Dict in _types(port):
        schema['x-engines'] = {engine: engine_schema(engine) for engine in engine_names()}
    return schema


def engine_schema(name: str) -> dict[str, Any]:
    """Return the JSON Schema of the parameters of an engine, with their units."""
    return load_engine(name).parameters.model_json_schema()


def _value(types: tuple[type, ...]) -> dict[str, Any]:
    """Return the schema of a value of one of the types."""
    nodes = [kind for kind in types if issubclass(kind, orm.Node)]
    choices: list[dict[str, Any]] = [{'type': WORDS[kind]} for kind in types if kind in WORDS]
    choices += [{'type': PLAIN[kind][0]} for kind in nodes if kind in PLAIN]
    if nodes or not types:
        uuid = {'type': 'string', 'format': 'uuid'}
        choices.append(
            {
                'type': 'object',
                'title': f'a stored {_named(tuple(nodes)) or "node"}',
                'properties': {'uuid': uuid},
                'required': ['uuid'],
                'additionalProperties': False,
            }
        )
    return choices[0] if len(choices) == 1 else {'anyOf': choices}


def _types(port: Any) -> tuple[type, ...]:
    """Return the types of values that a port takes, None excepted."""
    given = port.valid_type or ()
    types = given if isinstance(given, tuple | list) else (given,)
    return tuple(kind for kind in types if kind is not type(None))


def _default(port: Any) -> object:
    """Return the default of an input port as JSON; None when it has none, or one that is no plain value."""
    if not (hasattr(port, 'has_default') and port.has_default()):
        return None
    default: Any = port.default() if callable(port.default) else port.default
    if isinstance(default, orm.List):
        return default.get_list()
    if isinstance(default, orm.Dict):
        return default.get_dict()
    if isinstance(default, orm.Bool | orm.Int | orm.Float | orm.Str):
        return default.value
    return default if isinstance(default, tuple(WORDS)) else None


def _named(types: tuple[type, ...]) -> str:
    return ' or '.join(kind.__name__ for kind in types)


def _uuid(value: Any) -> UUID | None:
    """Return the UUID of `{"uuid": …}`; None for anything else."""
    if not isinstance(value, dict) or set(value) != {'uuid'} or not isinstance(value['uuid'], str):
        return None
    try:
        return UUID(value['uuid'])
    except ValueError:
        return None


def _from_json(
    namespace: PortNamespace, values: Mapping[str, Any], load: Callable[[UUID], orm.Node], path: str
) -> dict[str, Any]:
    return dict(_converted(namespace, values, load, path))


def _converted(
    namespace: PortNamespace, values: Mapping[str, Any], load: Callable[[UUID], orm.Node], path: str
) -> Iterator[tuple[str, Any]]:
    for name, value in values.items():
        where, port = f'{path}.{name}', namespace.get(name)
        if port is None or not _is_open(name, port):
            known = ', '.join(sorted(key for key, one in namespace.items() if _is_open(key, one)))
            raise ValueError(f'{where:.200}: there is no such port; there are {known}')
        if value is None:
            continue
        if isinstance(port, PortNamespace):
            if not isinstance(value, dict):
                raise ValueError(f'{where}: expected an object, got {value!r:.80}')
            yield name, _from_json(port, value, load, where)
        elif getattr(port, 'is_metadata', False):
            if not isinstance(value, str) or len(value) > MOST_TEXT:
                raise ValueError(f'{where}: expected a text of at most {MOST_TEXT} characters')
            yield name, value
        else:
            yield name, node_from_json(port, value, load, where)
