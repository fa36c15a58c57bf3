"""Structures as text in the common file formats."""

from __future__ import annotations

import io
import json

from ase import Atoms
from ase.io import write
from pymatgen.io.ase import AseAtomsAdaptor

#: `json` is pymatgen's.
FORMATS = ('cif', 'poscar', 'xyz', 'json')


def export_text(atoms: Atoms, format: str) -> str:
    """Return a structure as text in one of `FORMATS`; atoms in their order, lengths in Å.

    CIF and POSCAR know only crystals: they do not say in which directions a structure is not periodic.

    :raises ValueError: for another format.
    """
    if format == 'cif':
        # ASE writes CIF as bytes.
        binary = io.BytesIO()
        write(binary, atoms, format='cif')
        return binary.getvalue().decode()
    if format == 'json':
        return json.dumps(AseAtomsAdaptor.get_structure(atoms).as_dict(), indent=1) + '\n'
    if format not in FORMATS:
        raise ValueError(f'unknown format {format!r}; expected one of {", ".join(FORMATS)}')
    text = io.StringIO()
    if format == 'poscar':
        write(text, atoms, format='vasp', direct=True)
    else:
        write(text, atoms, format='extxyz')
    return text.getvalue()
