"""The caveat kinds. The folder is the registry: a kind is a file, and nothing lists the files."""

from __future__ import annotations

from model.caveats.base import Caveat
from model.registry import kinds_in

KINDS: dict[str, type[Caveat]] = kinds_in(__name__, __path__, Caveat)
