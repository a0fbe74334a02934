"""The sheet Charts of ``report.xlsx``: the spreadsheet's own charts, over the cells of the tables.

They are read in grey and by colour-blind readers too, so colour never stands alone: lines have
dashes and marks of their own, and the nations that give most have hatchings. More than a few
cannot be told apart in a stack, so all other nations are one plain grey there, and stand by name
in a chart of their own.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import cycle
from typing import Any

from reports.sheets import Sheet
from reports.table_sheet import TOP, back
from reports.workbook import Look

_TOP, _HIGH, _ACROSS = 4, 23, 26
"""The first row of cells below the heading, the rows of a chart, the columns of all charts."""
_LOW = _TOP + _HIGH
_ROW, _WIDE, _NARROW = 20, 960, 680
"""Pixels: a row's height, the width of a chart by month and of one by nation."""
_LINES = (
    ("#1F4E8C", "solid", "circle"),
    ("#B3541E", "dash", "square"),
    ("#2E7D5B", "round_dot", "triangle"),
    ("#7A3E8E", "dash_dot", "diamond"),
    ("#4D4D4D", "long_dash", "x"),
    ("#8A6D00", "square_dot", "plus"),
    ("#0B7285", "long_dash_dot", "star"),
)
"""Colour, dashes and mark of each line."""
_FILLS = (
    ("solid", "#16365C"),
    ("wide_upward_diagonal", "#B3541E"),
    ("solid", "#8FB4E0"),
    ("large_grid", "#2E7D5B"),
    ("solid_diamond", "#5B2A6E"),
    ("wide_downward_diagonal", "#4D4D4D"),
)
"""Hatching and colour of the nations that give most."""
_OTHERS = {"fill": {"color": "#E4E4E4"}, "border": {"color": "#C4C4C4", "width": 0.25}}
_NAMES = 40
"""The most nations that are named along an axis."""


class Charts:
    """Draws what a sheet of charts holds; rows and columns are counted from 0."""

    def __init__(self, book: Any, look: Look, sheet: Any, tables: Mapping[str, Sheet]) -> None:
        self.book, self.look, self.sheet, self.tables = book, look, sheet, tables

    def write(self) -> None:
        """Draw a chart for each table that is there."""
        back(self.look, self.sheet)
        for name, title, draw, row, across in (
            ("Roles", "Coverage by month", self._coverage, _TOP, 0),
            (
                "People",
                "People by month, those who give least pale and without a name",
                self._people,
                _LOW,
                0,
            ),
            ("Nations", "Person-months by nation", self._nations, _TOP, _WIDE + 20),
        ):
            if name in self.tables:
                chart = draw(self.tables[name])
                chart.set_title({"name": title, "name_font": {"size": 12}})
                told = {"description": title, "x_offset": across}
                self.sheet.insert_chart(row, 0, chart, told)
        self.sheet.fit_to_pages(1, 1)
        self.sheet.print_area(0, 0, _LOW + _HIGH, _ACROSS)

    def _coverage(self, table: Sheet) -> Any:
        """Return the coverage as a line for each role, and a thick one for the whole force."""
        chart = self._new("line", "0%", {"min": 0, "max": 1})
        styles = cycle(_LINES)
        for i in range(len(table.rows)):
            colour, dash, mark = next(styles)
            inked = {"color": colour}
            look = {
                "line": {**inked, "dash_type": dash, "width": 2},
                "marker": {"type": mark, "size": 6, "border": inked, "fill": inked},
            }
            if i == len(table.rows) - 1:
                look = {"line": {"color": "#000000", "width": 4}, "marker": {"type": "none"}}
            chart.add_series({**_by_month(table, i), **look})
        return chart

    def _people(self, table: Sheet) -> Any:
        """Return the people of all nations stacked, the largest hatched and the others grey."""
        chart = self._new("column", "#,##0", {}, subtype="stacked")
        first = [column.name for column in table.columns].index("m1")
        counted = [
            sum(float(str(column.of(each))) for column in table.columns[first:])
            for each in table.rows
        ]
        ranked = sorted(range(len(counted)), key=lambda i: (-counted[i], i))
        most = ranked[: len(_FILLS)]
        for i, (hatching, colour) in zip(most, _FILLS, strict=False):
            plain = hatching == "solid"
            ink = {"pattern": hatching, "fg_color": colour, "bg_color": "#FFFFFF"}
            fill = {"fill": {"color": colour}} if plain else {"pattern": ink}
            chart.add_series({**_by_month(table, i), **fill, "border": {"color": colour}})
        for i in ranked[len(most) :]:
            chart.add_series({**_by_month(table, i), **_OTHERS, "gap": 40})
        # Names of one grey would tell nothing.
        others = list(range(len(most), len(ranked)))
        chart.set_legend({"position": "right", "delete_series": others})
        return chart

    def _nations(self, table: Sheet) -> Any:
        """Return the person-months as a bar for each nation, with its name beside it."""
        chart = self._new("bar", "General", {"reverse": True, "num_font": {"size": 9}})
        chart.set_x_axis({"num_format": "#,##0", "label_position": "high"})
        chart.set_size({"width": _NARROW, "height": 2 * _HIGH * _ROW - 30})
        value = [column.name for column in table.columns].index("people_months")
        last = TOP + min(len(table.rows), _NAMES) - 1
        chart.add_series(
            {
                "name": [table.name, TOP - 2, value],
                "categories": [table.name, TOP, 0, last, 0],
                "values": [table.name, TOP, value, last, value],
                "fill": {"color": _LINES[0][0]},
                "gap": 40,
            }
        )
        chart.set_legend({"none": True})
        return chart

    def _new(self, kind: str, form: str, axis: dict[str, Any], subtype: str = "") -> Any:
        """Return an empty chart whose values are written in a format."""
        chart = self.book.add_chart({"type": kind, **({"subtype": subtype} if subtype else {})})
        chart.set_y_axis({"num_format": form, "major_gridlines": {"visible": True}, **axis})
        chart.set_size({"width": _WIDE, "height": _HIGH * _ROW - 30})
        return chart


def _by_month(table: Sheet, i: int) -> dict[str, Any]:
    """Return the series of a row of a table that has a column for each month."""
    names = [column.name for column in table.columns]
    first, last = names.index("m1"), len(names) - 1
    return {
        "name": [table.name, TOP + i, 0],
        "categories": [table.name, TOP - 2, first, TOP - 2, last],
        "values": [table.name, TOP + i, first, TOP + i, last],
    }
