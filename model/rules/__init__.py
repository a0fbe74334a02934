"""The force rules, which belong to no nation. The folder is the registry, as for caveats."""

from __future__ import annotations

from model.registry import kinds_in
from model.rules.base import Rule

KINDS: dict[str, type[Rule]] = kinds_in(__name__, __path__, Rule)
