"""``python -m benchmarks.generate SIZE --seed N --out DIR`` writes a generated case."""

from __future__ import annotations

import argparse
from pathlib import Path

from benchmarks.generate import SIZES, generate, write


def main() -> None:
    """Write one case."""
    options = argparse.ArgumentParser(prog="python -m benchmarks.generate", description=__doc__)
    options.add_argument("size", choices=SIZES)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--out", type=Path, required=True, help="folder for the three files")
    options.add_argument(
        "--hard", action="store_true", help="nations limited on half of the lines, more ceilings"
    )
    options.add_argument(
        "--kinds",
        choices=("common", "every"),
        help="of caveats: those of the shipped case (as theatre does) or all (as the others do)",
    )
    given = options.parse_args()
    rare = None if given.kinds is None else given.kinds == "every"
    texts = generate(given.size, given.seed, hard=given.hard, rare=rare)
    print(write(texts, given.out))


if __name__ == "__main__":
    main()
