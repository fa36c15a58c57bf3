"""Read tables of structures from files: JSON records, matbench's JSON, CSV with CIF; also packed (gzip)."""

from __future__ import annotations

import csv
import gzip
import io
import json
import math
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from pymatgen.core import Structure

#: Columns that name a row, the first that is there and names each once; else rows have their number.
NAMES = ('id', 'mp_id', 'material_id', 'name')
#: Columns of structures, the first of them that is there.
STRUCTURES = ('structure', 'cif', 'atoms')
MOST_ROWS = 200_000
#: [bytes] Of a file, when it is unpacked.
MOST_BYTES = 1_000_000_000

Record = dict[str, Any]
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Table:
    """Rows of a file: their names, structures, and all other columns as they came.

    `problems`: a line for each row that was left out; rows are counted from 1.
    """

    names: Sequence[str]
    structures: Sequence[Structure]
    columns: Mapping[str, Sequence[Any]]
    problems: Sequence[str]

    def numbers(self, column: str) -> Floats:
        """Return a column as numbers, (n_rows,), NaN where it has none.

        :raises ValueError: for a column that is not there.
        """
        if column not in self.columns:
            raise ValueError(f'no column {column!r}; there are {", ".join(self.columns)}')
        return np.array([_number(value) for value in self.columns[column]])


def read_table(path: Path) -> Table:
    """Return the rows of a file that have a structure, see `read_records` and `structure_of`.

    :raises ValueError: when the file is of another format, or has no row with a structure.
    """
    structures, kept, problems = [], [], []
    for number, record in enumerate(read_records(path), start=1):
        try:
            structures.append(
                structure_of(next((record[key] for key in STRUCTURES if record.get(key)), None))
            )
        except ValueError as error:
            problems.append(f'row {number}: {error}')
        else:
            kept.append({'row': number, **record})
    if not kept:
        raise ValueError(f'{path.name}: no row has a structure; {(problems or ["it has no rows"])[0]}')
    keys = [key for key in kept[0] if key not in (*STRUCTURES, 'row')]
    columns = {key: [record.get(key) for record in kept] for key in keys}
    return Table(_names(kept), structures, columns, problems)


def _names(records: Sequence[Mapping[str, Any]]) -> list[str]:
    for key in NAMES:
        names = [str(record[key]) for record in records if record.get(key)]
        if len(set(names)) == len(records):
            return names
    return [str(record['row']) for record in records]


def read_records(path: Path) -> list[Record]:
    """Return the rows of a file by their columns.

    Known are JSON lists of records, the JSON of matminer and matbench (`columns`, `data`), and CSV.

    :raises ValueError: for a file that is too large, or none of these.
    """
    text = _text(path)
    if text.lstrip()[:1] in ('[', '{'):
        records = _of_json(path, text)
    else:
        csv.field_size_limit(MOST_BYTES)
        records = list(csv.DictReader(io.StringIO(text)))
    if len(records) > MOST_ROWS:
        raise ValueError(f'{path.name} has {len(records)} rows, at most {MOST_ROWS} are taken')
    return records


def _text(path: Path) -> str:
    with path.open('rb') as file:
        packed = file.peek(2).startswith(b'\x1f\x8b')
        with gzip.open(file) if packed else file as handle:
            try:
                content = handle.read(MOST_BYTES + 1)
            except (OSError, EOFError) as error:
                raise ValueError(f'{path.name} cannot be unpacked: {error}') from error
    if len(content) > MOST_BYTES:
        raise ValueError(f'{path.name} has more than {MOST_BYTES} bytes')
    try:
        return content.decode('utf-8-sig')
    except UnicodeDecodeError as error:
        raise ValueError(f'{path.name} is no text in UTF-8: {error}') from error


def _of_json(path: Path, text: str) -> list[Record]:
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ValueError(f'{path.name} is no JSON: {error}') from error
    if isinstance(document, dict) and {'columns', 'data'} <= document.keys():
        columns, data = document['columns'], document['data']
        if isinstance(columns, list) and isinstance(data, list):
            return [_record(path, number, columns, row) for number, row in enumerate(data, start=1)]
    if isinstance(document, list) and all(isinstance(record, dict) for record in document):
        return document
    raise ValueError(f'{path.name}: expected a list of records, or an object with columns and data')


def _record(path: Path, number: int, columns: list[str], row: Any) -> Record:
    if not isinstance(row, list) or len(row) != len(columns):
        raise ValueError(f'{path.name}: row {number} has not the {len(columns)} columns that are announced')
    return dict(zip(columns, row, strict=True))


def structure_of(given: Any) -> Structure:
    """Return the structure that a dictionary of pymatgen's or the text of a CIF is.

    :raises ValueError: when it is none.
    """
    if not given:
        raise ValueError('it has no structure')
    try:
        with warnings.catch_warnings():
            # Readers of CIF remark on each rounded coordinate.
            warnings.simplefilter('ignore')
            found: Structure = (
                Structure.from_dict(given)
                if isinstance(given, dict)
                else Structure.from_str(str(given), fmt='cif')
            )
    except (ValueError, KeyError, TypeError, AttributeError, IndexError, AssertionError) as error:
        raise ValueError(f'its structure cannot be read: {" ".join(str(error).split()):.120}') from error
    return found


def _number(value: Any) -> float:
    """Return a number, NaN for what is none."""
    try:
        return float(value)
    except (TypeError, ValueError):
        return math.nan
