"""The syntax of CIF 1.1 (data blocks, items, loops), with the line of every value.

Grammar: S. R. Hall, F. H. Allen, I. D. Brown, Acta Cryst. A47, 655 (1991), doi:10.1107/S010876739101067X.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from nanoos_plugins.runners.structure_files.parsed import StructureFileError

# A comment, a quoted string (a quote inside it is one that no blank follows), or a bare word.
_TOKEN = re.compile(
    r"""(?P<comment>\#.*)|'(?P<single>.*?)'(?=\s|$)|"(?P<double>.*?)"(?=\s|$)|(?P<bare>\S+)"""
)


@dataclass(frozen=True)
class Token:
    """A word of the file and its line, from 1. `quoted`: it is a value whatever it looks like."""

    text: str
    line: int
    quoted: bool


@dataclass
class Block:
    """A data block. `columns` has every item as a list of its values; an item outside a loop has one.

    Names of items are in lower case, with `_` for the `.` of newer dictionaries.
    """

    name: str
    line: int
    columns: dict[str, list[Token]] = field(default_factory=dict)

    def first(self, *names: str) -> Token | None:
        """Return the first value of the first of these items that is there and known (not `?` or `.`)."""
        for name in names:
            for token in self.columns.get(name, [])[:1]:
                if token.quoted or token.text not in ('?', '.'):
                    return token
        return None


def tokens(text: str) -> Iterator[Token]:
    """Yield the words of a CIF.

    :raises StructureFileError: for a text field that never ends.
    """
    lines = text.split('\n')
    at = 0
    while at < len(lines):
        if lines[at].startswith(';'):
            end = next((n for n in range(at + 1, len(lines)) if lines[n].startswith(';')), None)
            if end is None:
                raise StructureFileError(
                    f'line {at + 1}: the text field that starts here with ";" never ends'
                )
            yield Token('\n'.join([lines[at][1:], *lines[at + 1 : end]]), at + 1, True)
            at, rest = end, lines[end][1:]
        else:
            rest = lines[at]
        for match in _TOKEN.finditer(rest):
            if match['bare'] is not None:
                yield Token(match['bare'], at + 1, False)
            elif match['comment'] is None:
                yield Token(match['single'] if match['single'] is not None else match['double'], at + 1, True)
        at += 1


def blocks(text: str) -> list[Block]:
    """Return the data blocks of a CIF.

    :raises StructureFileError: where the syntax is broken.
    """
    found: list[Block] = []
    stream = list(tokens(text))
    at = 0
    while at < len(stream):
        token = stream[at]
        word = '' if token.quoted else token.text.lower()
        if word.startswith('data_'):
            found.append(Block(token.text[5:], token.line))
            at += 1
        elif not found:
            raise StructureFileError(
                f'line {token.line}: expected a data block (data_…), got {token.text!r:.40}'
            )
        elif word == 'loop_':
            at = _loop(stream, at + 1, found[-1], token.line)
        elif word.startswith('_'):
            at = _item(stream, at, found[-1])
        elif word.startswith('save_'):
            at += 1
        else:
            raise StructureFileError(f'line {token.line}: a value without a name: {token.text!r:.40}')
    return found


def _name(token: Token) -> str:
    """Return the name of an item in the one spelling we look for."""
    return token.text.lower().replace('.', '_')


def _is_value(token: Token) -> bool:
    """Tell whether a token is a value, not a name or a keyword."""
    word = token.text.lower()
    return token.quoted or not (word.startswith(('_', 'data_', 'save_')) or word == 'loop_')


def _item(stream: list[Token], at: int, block: Block) -> int:
    """Read `_name value` at `at` into the block; return where it ends."""
    if at + 1 >= len(stream) or not _is_value(stream[at + 1]):
        raise StructureFileError(f'line {stream[at].line}: {stream[at].text!r:.60} has no value')
    block.columns[_name(stream[at])] = [stream[at + 1]]
    return at + 2


def _loop(stream: list[Token], at: int, block: Block, line: int) -> int:
    """Read the names and rows of a loop from `at` on into the block; return where it ends."""
    names = at
    while names < len(stream) and not _is_value(stream[names]) and stream[names].text.startswith('_'):
        names += 1
    end = names
    while end < len(stream) and _is_value(stream[end]):
        end += 1
    width, values = names - at, stream[names:end]
    if not width:
        raise StructureFileError(f'line {line}: a loop without names')
    if len(values) % width:
        last = values[-1].line
        raise StructureFileError(
            f'line {last}: the loop of line {line} has {width} columns, but its {len(values)} values '
            f'do not fill whole rows'
        )
    for column in range(width):
        block.columns[_name(stream[at + column])] = values[column::width]
    return end
