"""``report.html``: one file that asks for nothing, from the templates in ``reports/templates/``.

Everything that comes from the case is escaped by Jinja; the only text that is not is what this
program draws itself. The style is allowed by its hash, and nothing else is allowed at all.
"""

from __future__ import annotations

import base64
import hashlib
import string
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import lru_cache, partial
from importlib.util import MAGIC_NUMBER
from itertools import groupby
from pathlib import Path
from typing import Any

from jinja2 import BytecodeCache, Environment, FileSystemLoader, StrictUndefined
from jinja2.bccache import Bucket
from markupsafe import Markup

from reports import grid, pictures, svg, words
from reports.columns import TABLES, Column, Kind
from reports.content import Content
from reports.pictures import By
from reports.rows import Period
from reports.svg import escape
from reports.told import Cell, LineTold

TEMPLATES = Path(__file__).parent / "templates"
Columns = Mapping[str, tuple[Column, ...]]
"""The columns of each table that shows others than the usual ones."""


class _Compiled(BytecodeCache):
    """Keeps compiled templates beside them, as Python does with modules; where it cannot, does not.

    Named after the interpreter and the content, so that none is ever taken for another.
    """

    def _path(self, bucket: Bucket) -> Path:
        tag = hashlib.sha256(MAGIC_NUMBER + bucket.key.encode()).hexdigest()[:16]
        return TEMPLATES / "__pycache__" / f"{tag}.jinja"

    def load_bytecode(self, bucket: Bucket) -> None:
        with suppress(OSError):
            bucket.bytecode_from_string(self._path(bucket).read_bytes())

    def dump_bytecode(self, bucket: Bucket) -> None:
        with suppress(OSError):
            path = self._path(bucket)
            path.parent.mkdir(exist_ok=True)
            staged = path.with_suffix(f".{hashlib.sha256(bucket.bytecode_to_string()).hexdigest()}")
            staged.write_bytes(bucket.bytecode_to_string())
            staged.replace(path)


def ready() -> None:
    """Load the templates."""
    environment = _environment()
    for name in environment.list_templates(extensions=["j2"]):
        environment.get_template(name)


def write(content: Content) -> dict[str, str | bytes]:
    """Return the file of this format."""
    template = _environment().get_template("report.html.j2")
    return {"report.html": template.render(known(content, {}))}


SECTIONS = {
    "numbers": "Headline numbers and proof",
    "missing": "Missing units by line and month",
    "changes": "What is different from the baseline",
    "worst": "Worst gaps",
    "roles": "Coverage by role",
    "nations": "Nations",
    "unused": "Unused offers",
    "headquarters": "Headquarters and lead nations",
    "votes": "What rests on votes and conditions",
    "assumed": "What rests on assumed figures",
    "lines": "Every line",
    "gaps": "Every gap",
    "tours": "Tours by nation",
    "caveats": "Caveats",
    "scenario": "The scenario",
    "sources": "Sources",
    "appendix": "Appendix: how the run was made",
}
"""The sections in their order, each by the name of its template among the ``parts``."""


def sections(content: Content) -> dict[str, str]:
    """Return the sections that a report of the content has."""
    missing = {
        "changes": content.changes is None,
        "headquarters": not (content.stays or content.leads),
        "gaps": not content.gaps,
        "unused": not content.unused,
        "caveats": not content.cards,
    }
    return {name: title for name, title in SECTIONS.items() if not missing.get(name)}


def known(content: Content, columns: Columns, more: str = "") -> dict[str, Any]:
    """Return the names that a template knows, see ``docs/templates.md``; ``more`` is more style."""
    shown = _shown(columns)
    css = Markup(style(content) + _columns_style(shown) + more)  # noqa: S704 - our own, what is the case's in it is escaped
    return {**told(content, shown), "style": css, "policy": policy(css)}


def told(content: Content, shown: Columns) -> dict[str, Any]:
    """Return the names that the parts of a page know, without its style; all tables are shown."""
    over = grid.columns(content)
    return {
        "sections": sections(content),
        "broad": ("missing", "lines"),
        "role_index": {role.role: role.index for role in content.roles},
        "seats": [
            (seat, len(list(several)))
            for seat, several in groupby(over, lambda each: content.months[each.first - 1].seat)
        ],
        "cell": cells(content, to_gaps=True),
        "rows": partial(_rows, content, shown),
        "content": content,
        "tables": TABLES,
        "columns": shown,
        "draw": Drawn(content),
    }


def prepared(environment: Environment) -> Environment:
    """Give an environment the words, shapes and rules that the templates use."""
    environment.filters.update(
        amount=words.amount,
        percent=words.percent,
        percentage=words.percentage,
        tier_value=words.tier_value,
        plain=words.plain,
        count=words.count,
    )
    environment.globals.update(words=words, grid=grid, shade=svg.shade)
    return environment


def usual(content: Content) -> dict[str, Any]:
    """Return ``told`` with the usual columns."""
    return told(content, _shown({}))


def usual_style() -> str:
    """Return the style of the usual columns, without what a printed page says in its margins."""
    return _css() + _columns_style(_shown({}))


def _shown(columns: Columns) -> Columns:
    return {name: columns.get(name, table.usual) for name, table in TABLES.items()}


@lru_cache(maxsize=1)
def _environment() -> Environment:
    return environment()


def environment(*folders: Path) -> Environment:
    """Return an environment with the templates of the report, and those in more folders."""
    return prepared(
        Environment(
            loader=FileSystemLoader([*folders, TEMPLATES]),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            bytecode_cache=_Compiled(),
        )
    )


def _rows(content: Content, columns: Columns, name: str) -> Markup:
    """Return the rows of a table: thousands of cells, so no template. A gap's row has an id."""
    shown = columns[name]
    heads = ["<th scope=row>", *["<td>"] * (len(shown) - 1)]
    lines = []
    for row in TABLES[name].rows(content):
        cells = [head + escape(col.text(row)) for head, col in zip(heads, shown, strict=True)]
        place = f" id=g{row.rank}" if name == "gaps" else ""
        lines.append(f"<tr{place}>{''.join(cells)}")
    return own("\n".join(lines))


_LOOKS: dict[tuple[Kind, ...], str] = {
    ("number", "share"): "text-align:right;white-space:nowrap;font-variant-numeric:tabular-nums",
    ("name", "date"): "white-space:nowrap",
    ("text",): "overflow-wrap:anywhere;min-width:8rem",
}


def _columns_style(columns: Columns) -> str:
    """Return how the columns of each table look: said once, not in every cell."""
    rules = []
    for kinds, look in _LOOKS.items():
        places = [
            f".t-{name} :is(th,td):nth-child({i})"
            for name, shown in columns.items()
            for i, column in enumerate(shown, start=1)
            if column.kind in kinds
        ]
        rules += [f"{','.join(places)}{{{look}}}\n"] if places else []
    return "".join(rules)


def cells(
    content: Content, *, to_gaps: bool = False
) -> Callable[[LineTold, Cell | None, Period], Markup]:
    """Return what draws a cell of the picture of missing units: thousands of them, so no template.

    Args:
        content: what the picture is of.
        to_gaps: whether a number leads to the row of its gap.
    """
    gaps = {
        (gap.line, month): gap.rank
        for gap in (content.gaps if to_gaps else ())
        for month in range(gap.first, gap.last + 1)
    }
    after_move = {
        each.first for each in grid.columns(content) if each.first > 1 and grid.moved(content, each)
    }

    def cell(line: LineTold, each: Cell | None, column: Period) -> Markup:
        classes = ["mv"] if column.first in after_move else []
        inside = ""
        if each is not None:
            classes.append(f"s{svg.shade(each.share)}")
            arrow = {"": "", "better": "▲", "worse": "▼"}[each.shift]
            classes += {"": [], "better": ["b"], "worse": ["x"]}[each.shift]
            if each.missing:
                if grid.below_minimum(line, each):
                    classes.append("m")
                inside = f"{arrow}{words.amount(each.missing)}"
                rank = next((gaps[line.line, m] for m in _months(column, line, gaps)), None)
                if rank is not None:
                    inside = f"<a href=#g{rank}>{inside}</a>"
            else:
                if each.state == "substituted":
                    classes.append("z")
                dot = "•" if each.state == "conditional" else ""
                inside = f"{arrow}{dot}<i class=v>0</i>"
        named = f' class="{" ".join(classes)}"' if classes else ""
        return own(f"<td{named}>{inside}")

    return cell


def _months(column: Period, line: LineTold, gaps: Mapping[tuple[str, int], int]) -> list[int]:
    return [m for m in range(column.first, column.last + 1) if (line.line, m) in gaps]


class Drawn:
    """The pictures of a report, for a template."""

    def __init__(self, content: Content) -> None:
        self._content = content

    def coverage(self) -> Markup:
        """Return the coverage of the whole force by month."""
        return own(pictures.coverage(self._content.whole, self._content, (560, 150)))

    def roles(self) -> list[tuple[str, Markup]]:
        """Return each role with its coverage by month."""
        return [
            (each.role, own(pictures.coverage(each, self._content, (300, 110), f"-{i}")))
            for i, each in enumerate(self._content.roles[:-1])
        ]

    def headquarters(self) -> Markup:
        """Return the seats and the leads over time."""
        return own(pictures.headquarters(self._content))

    def tours(self, by: By = "nation") -> list[tuple[str, Markup]]:
        """Return each nation, or each line, with its tours as bars."""
        return [(name, own(drawn)) for name, drawn in pictures.apart(self._content, by)]


def own(drawing: str) -> Markup:
    """Return a drawing of ours as it is; texts in it are escaped."""
    return Markup(drawing)  # noqa: S704 - drawn here, texts in it are escaped


# Style and policy


@lru_cache(maxsize=1)
def _css() -> str:
    return (TEMPLATES / "report.css").read_text("utf-8")


def style(content: Content) -> str:
    """Return the style sheet; the margins of printed pages carry the marking and what is open."""
    open_ = _css_text(content.unproven)
    name = _css_text(f"{content.title}, run {content.origin.run}")
    boxes = (
        f"@top-left{{content:{open_};font-weight:700}}@bottom-left{{content:{name}}}"
        "@bottom-right{content:counter(page) ' / ' counter(pages)}"
    )
    return f"{_css()}{marked(content.classification)}@page{{{boxes}}}\n"


def marked(classification: str) -> str:
    """Return the style that puts a marking above and below every printed page."""
    look = f"content:{_css_text(classification)};font-weight:700"
    return f"@page{{@top-center{{{look}}}@bottom-center{{{look}}}}}\n"


def _css_text(text: str) -> str:
    """Return a text as a string of CSS in which nothing can end it."""
    kept = string.ascii_letters + string.digits + " "
    return '"' + "".join(c if c in kept else f"\\{ord(c):x} " for c in text) + '"'


def policy(css: str) -> str:
    """Return the content security policy: this style, and nothing else."""
    digest = base64.b64encode(hashlib.sha256(css.encode("utf-8", "replace")).digest()).decode()
    return f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
