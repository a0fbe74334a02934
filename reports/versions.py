"""What a plan depends on beside its inputs."""

from __future__ import annotations

import importlib.metadata
import platform
from functools import cache

import model

SOLVERS = ("highspy", "pyomo")
"""An answer depends on these; the version of Python only runs them."""


@cache
def versions() -> dict[str, str]:
    """Return the versions of all that a plan depends on."""
    known = {"muster": model.VERSION, "python": platform.python_version()}
    return known | {name: importlib.metadata.version(name) for name in SOLVERS}
