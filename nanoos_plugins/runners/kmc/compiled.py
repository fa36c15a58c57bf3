"""How the loops are compiled: without the interpreter's lock, and kept on disk where that can be written."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numba


def compiled(function: Callable[..., Any]) -> Callable[..., Any]:
    """Return a function compiled at its first call.

    numba keeps the machine code beside the source, where that cannot be written in the user's cache, and
    refuses when neither can be: then it is compiled anew in each process. What is kept is renewed when the
    file of the function changes, not when another does: so a loop calls only what is in its own file.
    """
    try:
        kept: Callable[..., Any] = numba.njit(cache=True, nogil=True, error_model='numpy', inline='always')(
            function
        )
        return kept
    except RuntimeError:
        return numba.njit(nogil=True)(function)
