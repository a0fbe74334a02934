"""Finds the kinds in a folder: one class per file, and the file's name is the kind."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterable
from typing import TypeVar

T = TypeVar("T")


def kinds_in(package: str, path: Iterable[str], base: type[T]) -> dict[str, type[T]]:
    """Return kind -> class for every module of the package but ``base``.

    Raises:
        ImportError: a file holds no class derived from ``base``, or more than one.
    """
    kinds: dict[str, type[T]] = {}
    for module in sorted(found.name for found in pkgutil.iter_modules(path)):
        if module == "base":
            continue
        contents = vars(importlib.import_module(f"{package}.{module}"))
        classes = [
            each
            for each in contents.values()
            if isinstance(each, type)
            and issubclass(each, base)
            and each.__module__ == f"{package}.{module}"
        ]
        if len(classes) != 1:
            raise ImportError(f"{package}.{module} must hold one {base.__name__}, not {classes}")
        kinds[module] = classes[0]
    return kinds
