"""The page on what kinds can express: examples that are valid, kinds and sources that exist."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

from model import caveats, rules
from model.read import read_case

ROOT = Path(__file__).resolve().parents[1]
PAGE = (ROOT / "docs" / "expressiveness.md").read_text(encoding="utf-8")
KINDS = {*caveats.KINDS, *rules.KINDS}


def test_every_example_fits_into_the_shipped_case(tmp_path: Path) -> None:
    example = re.search(r"^```yaml\ncaveats:\n(.*?)rules:\n(.*?)^```", PAGE, re.M | re.S)
    assert example
    case = Path(shutil.copytree(ROOT / "data", tmp_path / "case"))
    yaml = (case / "constraints.yaml").read_text(encoding="utf-8")
    for section, shown in zip(("caveats", "rules"), example.groups(), strict=True):
        yaml, put = re.subn(
            rf"^{section}:(?: \[\])?\n", f"{section}:\n{shown}", yaml, flags=re.MULTILINE
        )
        assert put == 1
    (case / "constraints.yaml").write_text(yaml, encoding="utf-8")
    read = read_case(case)
    shown = {each.kind for each in (*read.case.caveats, *read.case.rules) if each.id[:2] == "X-"}
    assert shown == KINDS
    # An example that binds nothing would show nothing.
    assert not [each for each in read.warnings if "X-" in str(each)]


def test_every_kind_has_a_dimension() -> None:
    dimensions = PAGE.partition("\n## The dimensions\n")[2].partition("\n## ")[0]
    rows = [[cell.strip() for cell in line.split("|")] for line in dimensions.splitlines()]
    rows = [row for row in rows if len(row) > 5 and row[3] in ("yes", "in part", "no")]
    kinds = {row[4].strip("`") for row in rows if row[4]}
    assert kinds == KINDS
    assert all(row[4] for row in rows if row[3] == "yes")
    assert all(row[5] for row in rows if row[3] != "yes")


def test_every_source_is_cited_and_every_citation_has_a_source() -> None:
    text, _, sources = PAGE.partition("\n## Sources\n")
    numbers = re.findall(r"^(\d+)\. ", sources, re.MULTILINE)
    assert numbers == [str(number) for number in range(1, len(numbers) + 1)]
    assert set(re.findall(r"\[(\d+)\]", text)) == set(numbers)
