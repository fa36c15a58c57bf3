"""Cut the radial tail off a UPF pseudopotential.

Quantum ESPRESSO integrates radial functions to 10 bohr. Beyond about 6 bohr the data of the PseudoDojo 0.4
UPF files carry errors (the local potential misses -2Z/r by about one part in a thousand), which moves
equilibrium volumes by percents: copper by 2 %. Cutting mesh and arrays there mends it, because the code then
continues with the exact -2Z/r. Source: Bosoni et al., Nat. Rev. Phys. 6, 45 (2024), supplement S14,
doi:10.1038/s42254-023-00655-3.
"""

from __future__ import annotations

import re

TRIM_RADIUS = 6.0
"""Where the PseudoDojo files are cut [bohr]."""

_TAG = re.compile(
    r'<(?P<name>PP_[A-Z]+(?:\.\d+)?)(?P<attributes>[^<>]*?)(?<!/)>(?P<body>[^<>]*)</(?P=name)\s*>'
)
_SIZE = re.compile(r'(?<![\w])size\s*=\s*"\s*(\d+)\s*"')
_MESH_SIZE = re.compile(r'((?:mesh_size|(?<![\w])mesh)\s*=\s*")\s*\d+\s*(")')
_RMAX = re.compile(r'(rmax\s*=\s*")[^"]*(")')
_CUTOFF_INDEX = re.compile(r'(cutoff_radius_index\s*=\s*")\s*(\d+)\s*(")')


def trim(upf: str, radius: float = TRIM_RADIUS) -> str:
    """Return the UPF (version 2) text with every radial array and the mesh cut to r ≤ `radius` [bohr].

    The number of points left is odd, as Simpson's rule wants it. The numbers are copied digit by digit; a
    mesh that ends before `radius` comes back unchanged.

    :raises ValueError: when the text has no radial mesh, arrays of unequal length, or a projector that
        reaches beyond `radius`.
    """
    mesh = _radial_mesh(upf)
    kept = sum(1 for r in mesh if r <= radius * (1 + 1e-9))
    kept -= 1 - kept % 2
    if kept >= len(mesh):
        return upf
    if kept < 3:
        raise ValueError(f'a radius of {radius} bohr leaves {kept} mesh points; give a larger one')
    trimmed = _TAG.sub(lambda tag: _trim_tag(tag, len(mesh), kept), upf)
    trimmed = _MESH_SIZE.sub(rf'\g<1>{kept}\g<2>', trimmed)
    return _RMAX.sub(rf'\g<1>{mesh[kept - 1]:.10E}\g<2>', trimmed)


def _radial_mesh(upf: str) -> list[float]:
    for tag in _TAG.finditer(upf):
        if tag['name'] == 'PP_R':
            return [float(word) for word in tag['body'].split()]
    raise ValueError('no <PP_R> section: not a pseudopotential in UPF version 2 with a radial mesh')


def _trim_tag(tag: re.Match[str], mesh_size: int, kept: int) -> str:
    size = _SIZE.search(tag['attributes'])
    if size is None or tag['name'] == 'PP_DIJ':
        return tag[0]
    words = tag['body'].split()
    if int(size[1]) != mesh_size or len(words) != mesh_size:
        raise ValueError(f'<{tag["name"]}> has {len(words)} numbers (size {size[1]}), the mesh {mesh_size}')
    index = _CUTOFF_INDEX.search(tag['attributes'])
    if index is not None and int(index[2]) > kept:
        raise ValueError(
            f'<{tag["name"]}> reaches to mesh point {index[2]}, beyond the last one kept ({kept})'
        )
    attributes = _SIZE.sub(f'size="{kept}"', tag['attributes'])
    rows = '\n'.join('    '.join(words[start : min(start + 4, kept)]) for start in range(0, kept, 4))
    return f'<{tag["name"]}{attributes}>\n{rows}\n</{tag["name"]}>'
