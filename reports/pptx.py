"""``report.pptx``: slides of 16:9 for a projector, with charts and tables that can be edited.

No text is smaller than 14 points. The bytes follow from the content alone.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from pptx import Presentation
from pptx.chart.data import CategoryChartData, XyChartData
from pptx.dml.color import RGBColor
from pptx.enum.chart import XL_CHART_TYPE, XL_LEGEND_POSITION
from pptx.enum.dml import MSO_LINE
from pptx.enum.text import MSO_ANCHOR, PP_ALIGN
from pptx.util import Inches, Pt

from reports import blocks, pictures, svg, words
from reports.content import Content
from reports.office import MARK_RED, short, steady
from reports.told import LineTold, RoleTold
from reports.typeset import png

WIDE, TALL = 13.333, 7.5
_LEFT, _TOP, _BOTTOM = 0.5, 1.45, 6.85
_SMALL = 14
_LETTER = 0.0082  # inches of width of a letter, for a point of size: on the safe side
_BOLD = 1.15  # how much wider a bold one is
_INK, _BLUE, _GREY, _PALE = "1B1F24", "0969B0", "5B6672", "EEF1F4"
_ROWS = 7
"""The most rows of a table on a slide."""
_LINES, _PICTURE = 14, 698
"""The most lines of a picture of missing units, and its width: its letters have 14 points then."""
_NATIONS = 12
_LABELS = 8
"""The most months that are named below a chart."""
_UNITS = (1, 2, 3, 6, 12, 24, 60, 120)
"""Months from one name to the next."""


def write(content: Content) -> dict[str, str | bytes]:
    """Return the file of this format."""
    raw = io.BytesIO()
    _Writer(content).slides().save(raw)
    return {"report.pptx": steady(raw.getvalue())}


class _Writer:
    """Writes the slides; places and sizes are in inches."""

    def __init__(self, content: Content) -> None:
        self.content = content
        self.made: Any = Presentation()
        self.made.slide_width, self.made.slide_height = Inches(WIDE), Inches(TALL)
        self.layout = self.made.slide_layouts[5]  # a title and nothing else
        self.count = 0

    def slides(self) -> Any:
        """Return all slides."""
        content = self.content
        self.made.core_properties.title = short(f"{content.title}: gap report", 250)
        self.made.core_properties.author = "Muster"
        self.made.core_properties.comments = f"Run {content.origin.run}"
        self.title()
        self.coverage()
        self.worst()
        lines = dict(blocks.by_role(content))
        missing = {role: _missing_most(part) for role, part in lines.items()}
        missing = {role: part for role, part in missing.items() if part.lines}
        drawings = [pictures.missing_units(part, _PICTURE) for part in missing.values()]
        drawn = dict(zip(missing, zip(drawings, png(drawings), strict=True), strict=True))
        for role in content.roles[:-1]:
            self.role(role, lines[role.role].lines if role.role in lines else ())
            if role.role in drawn:
                self.missing(role, len(missing[role.role].lines), *drawn[role.role])
        self.asks()
        self.votes()
        self.swing()
        self.nations()
        return self.made

    # Slides

    def title(self) -> None:
        """Write the headline numbers."""
        content = self.content
        slide = self.slide(f"{svg.cut(content.title, 80)}: gap report")
        numbers = (
            (words.percent(content.index), "of the weighted demand is covered"),
            (str(content.gap_lines), f"of {words.count(content.demanded, 'line')} with a gap"),
            (str(content.gap_lines_first), "of them priority 1"),
        )
        for i, (number, said) in enumerate(numbers):
            at = _LEFT + i * 4.2
            self.text(slide, (at, 1.7, 4.0, 1.1), number, size=54, bold=True, colour=_BLUE)
            self.text(slide, (at, 2.8, 4.0, 0.9), said, size=20)
        facts = [f"Proof: {content.status_words}.", *content.rests_on]
        if content.scenario:
            facts.insert(0, content.scenario)
        if content.changes:
            facts.insert(0, f"Held against run {content.changes.run}: {self.shift()}.")
        two = 0.9 * 2 * _room(WIDE - 2 * _LEFT, 16)
        body = [svg.cut(each, two) for each in facts[:6]]
        self.text(slide, (_LEFT, 3.8, WIDE - 2 * _LEFT, 3.0), "\n".join(body), size=16)

    def shift(self) -> str:
        """Say how the headline numbers moved."""
        told = self.content.changes
        if told is None:
            return ""
        index = f"coverage {words.percent(told.index)} before"
        return f"{index}, {words.count(told.better, 'line-month')} better, {told.worse} worse"

    def coverage(self) -> None:
        """Write the coverage of every role."""
        content = self.content
        slide = self.slide("Coverage by month and by role")
        self.lines(slide, content.whole, (_LEFT, _TOP, 7.0, 5.3))
        rows = [
            (role.role, words.percent(role.index), str(role.gaps), str(role.gaps_first))
            for role in content.roles
        ]
        heads = ("Role", "Covered", "Gaps", "Priority 1")
        self.tables(slide, "Coverage by role", heads, rows, (7.7, (1.7, 1.25, 0.9, 1.3)))

    def worst(self) -> None:
        """Write the worst gaps, with the first reason of each."""
        rows = [
            (
                str(gap.rank),
                f"{gap.line} {gap.title}",
                words.span(gap.first, gap.last),
                f"{words.amount(gap.shortfall)} of {words.amount(gap.target)}",
                gap.reasons[0].in_words if gap.reasons else "",
            )
            for gap in self.content.worst
        ]
        heads = ("", "Line", "Months", "Missing", "First reason")
        self.many("Worst gaps", heads, rows, (0.55, 3.9, 1.2, 1.3, 5.38), 5)

    def role(self, role: RoleTold, lines: Sequence[LineTold]) -> None:
        """Write a role: its coverage by month, and the lines that miss most."""
        name = short(role.role, 40)
        slide = self.slide(f"{name}: {words.percent(role.index)} covered")
        self.lines(slide, role, (_LEFT, _TOP, 5.4, 5.3))
        ranked = sorted(lines, key=lambda line: (line.index, line.priority, line.line))
        gaps = [line for line in ranked if line.gap][:_ROWS]
        rows = [
            (
                f"{line.line} {line.title}",
                str(line.priority),
                f"{words.amount(max(cell.missing for cell in line.demanded))} of "
                f"{words.amount(line.target)}",
                words.percent(line.index),
            )
            for line in gaps
        ]
        heads = ("Lines that miss most", "Pri.", "Most missing", "Covered")
        if rows:
            self.tables(slide, heads[0], heads, rows, (6.1, (3.6, 0.65, 1.25, 1.23)))
        else:
            self.text(slide, (6.1, _TOP, 6.7, 1), "Every line reaches its target.", size=20)

    def missing(self, role: RoleTold, shown: int, drawing: str, dots: bytes) -> None:
        """Show what is missing in a role by line and month: the lines that miss most."""
        of = "" if shown == role.gaps else f", the {shown} that miss most"
        gaps = f"{words.count(role.gaps, 'line')} with a gap{of}"
        slide = self.slide(f"Missing units, {short(role.role, 40)}: {gaps}")
        wide = min(WIDE - 2 * _LEFT, (6.7 - _TOP) / svg.tall(drawing))
        place = [Inches(each) for each in (_LEFT, _TOP, wide)]
        shape = slide.shapes.add_picture(io.BytesIO(dots), *place)
        shape._element.nvPicPr.cNvPr.set("descr", svg.described(drawing))

    def asks(self) -> None:
        """Write whom to ask for what: the negotiable caveats that most gaps name."""
        asked = [card for card in self.content.cards if card.gaps and not card.red_line]
        asked = sorted(asked, key=lambda card: (-card.weight, card.caveat))[: 2 * 5]
        rows = [
            (card.authority or card.nations, card.sentence, card.caveat, str(card.gaps))
            for card in asked
        ]
        heads = ("Whom to ask", "What stands in the way", "Caveat", "Gaps")
        self.many("Asks: caveats that hold gaps open", heads, rows, (3.0, 5.4, 3.0, 0.9), 5)

    def votes(self) -> None:
        """Write the votes and conditions on which most rests."""
        rows = [
            (each.what, words.percentage(each.share), words.percentage(each.lost))
            for each in self.content.rests[:_ROWS]
        ]
        heads = ("Vote or condition", "Rests on it, %", "Lost if it fails, points")
        self.many("What rests on votes and conditions", heads, rows, (8.5, 1.7, 2.1), _ROWS)

    def swing(self) -> None:
        """Write how the answer moves where assumed figures are off, if that was asked for."""
        told = self.content.swing
        if told is None:
            return
        names = tuple(told.rows[0].tiers)
        rows = [
            (
                each.what,
                words.percent(each.index),
                *(words.tier_value(each.tiers[name]) for name in names),
                each.proof,
            )
            for each in told.rows
        ]
        heads = ("What is off", "Covered", *names, "Proof")
        first, share, last = 4.2, 1.2, 1.9
        tier = (WIDE - 2 * _LEFT - first - share - last) / len(names)
        widths = (first, share, *[tier] * len(names), last)
        self.many("If assumed figures are off", heads, rows, widths, _ROWS)

    def nations(self) -> None:
        """Write who gives most, as a chart."""
        there = [each for each in self.content.nations if each.people_months][:_NATIONS]
        if not there:
            return
        slide = self.slide("Person-months by nation")
        data = CategoryChartData(number_format="#,##0")
        data.categories = [svg.cut(each.name, 24) for each in reversed(there)]
        data.add_series("Person-months", [each.people_months for each in reversed(there)])
        place = [Inches(each) for each in (_LEFT, _TOP, WIDE - 2 * _LEFT, 5.3)]
        frame = slide.shapes.add_chart(XL_CHART_TYPE.BAR_CLUSTERED, *place, data)
        chart = self.plain(frame, "Person-months by nation")
        chart.plots[0].gap_width = 40
        labels = chart.value_axis.tick_labels
        labels.number_format, labels.number_format_is_linked = "#,##0", False
        self.inked(chart.plots[0].series[0].format.fill, _BLUE)

    # What stands on a slide

    def slide(self, title: str) -> Any:
        """Return a new slide with its title, the marking, and what is not proven."""
        content = self.content
        self.count += 1
        slide = self.made.slides.add_slide(self.layout)
        head = slide.shapes.title
        place = (_LEFT, 0.5, WIDE - 2 * _LEFT, 0.85)
        head.left, head.top, head.width, head.height = (Inches(each) for each in place)
        size = 30 if svg.letters(title) <= _room(place[2], 30 * _BOLD) else 20
        held = 0.9 * 2 * _room(place[2], 20 * _BOLD)
        self.fill(head.text_frame, svg.cut(title, held), size, bold=True, colour=_INK)
        marking = svg.cut(content.classification, _room(WIDE - 5.3, _SMALL * _BOLD))
        for top in (0.08, 7.08):
            if marking:
                place = (2.65, top, WIDE - 5.3, 0.34)
                self.text(slide, place, marking, bold=True, colour=MARK_RED, centre=True)
        if content.unproven:
            place = (_LEFT, 6.74, WIDE - 2 * _LEFT, 0.34)
            self.text(slide, place, content.unproven, bold=True, colour=MARK_RED)
        named = f"Run {content.origin.run}"
        self.text(slide, (_LEFT, 7.08, 2.15, 0.34), named, colour=_GREY)
        self.text(slide, (WIDE - 1.2, 7.08, 0.7, 0.34), str(self.count), colour=_GREY)
        return slide

    def text(
        self, slide: Any, place: tuple[float, ...], text: str, size: int = _SMALL, **look: Any
    ) -> None:
        """Write a text into a box."""
        box = slide.shapes.add_textbox(*(Inches(each) for each in place))
        self.fill(box.text_frame, text, size, **look)

    def fill(
        self,
        frame: Any,
        text: str,
        size: int = _SMALL,
        bold: bool = False,
        colour: str = _INK,
        centre: bool = False,
    ) -> None:
        """Write the lines of a text into a frame."""
        frame.word_wrap = True
        frame.margin_top = frame.margin_bottom = Inches(0.03)
        frame.vertical_anchor = MSO_ANCHOR.TOP
        for i, line in enumerate(text.split("\n")):
            paragraph = frame.paragraphs[0] if i == 0 else frame.add_paragraph()
            paragraph.alignment = PP_ALIGN.CENTER if centre else PP_ALIGN.LEFT
            run = paragraph.add_run()
            run.text = line
            run.font.size, run.font.bold = Pt(size), bold
            run.font.color.rgb = RGBColor.from_string(colour)

    def many(
        self,
        title: str,
        heads: Sequence[str],
        rows: Sequence[Sequence[str]],
        widths: Sequence[float],
        most: int,
    ) -> None:
        """Write a table over as many slides as it takes; a slide that says so where it is empty."""
        if not rows:
            self.text(self.slide(title), (_LEFT, _TOP, 8, 1), "None.", size=20)
        for i in range(0, len(rows), most):
            slide = self.slide(title + (", continued" if i else ""))
            self.tables(slide, title, heads, rows[i : i + most], (_LEFT, widths))

    def tables(
        self,
        slide: Any,
        title: str,
        heads: Sequence[str],
        rows: Sequence[Sequence[str]],
        at: tuple[float, Sequence[float]],
    ) -> None:
        """Write a table; a cell has as many lines as there is room for, and then an ellipsis."""
        left, widths = at
        tall = (_BOTTOM - _TOP - 0.15) / (len(rows) + 1)
        tall = min(0.95, tall)
        place = (left, _TOP, sum(widths), tall * (len(rows) + 1))
        frame = slide.shapes.add_table(len(rows) + 1, len(heads), *(Inches(each) for each in place))
        frame._element.nvGraphicFramePr.cNvPr.set("descr", title)
        table = frame.table
        lines = max(1, int((tall - 0.1) / (_SMALL * 1.2 / 72)))
        for i, width in enumerate(widths):
            table.columns[i].width = Inches(width)
            for j, row in enumerate((heads, *rows)):
                most = _room(width, _SMALL * (_BOLD if j == 0 else 1))
                table.rows[j].height = Inches(tall)
                cell = table.cell(j, i)
                self.inked(cell.fill, _PALE if j == 0 else "FFFFFF")
                # Lines break between words, so not all of each is used.
                text = svg.cut(row[i], most if lines == 1 else 0.85 * most * lines)
                self.fill(cell.text_frame, text, bold=j == 0)

    def lines(self, slide: Any, role: RoleTold, place: tuple[float, ...]) -> None:
        """Draw the coverage of a role by month, that of a baseline dashed."""
        # Months are numbers, so that every program names as few of them as there is room for.
        data = XyChartData(number_format="0%")
        told = [("Coverage", role.by_month)]
        told += [("Baseline", role.before_by_month)] if role.before_by_month else []
        for name, by_month in told:
            series = data.add_series(name)
            for month, share in zip(self.content.months, by_month, strict=True):
                series.add_data_point(month.number, share)
        box = (Inches(each) for each in place)
        frame = slide.shapes.add_chart(XL_CHART_TYPE.XY_SCATTER_LINES_NO_MARKERS, *box, data)
        chart = self.plain(frame, f"Coverage by month, {role.role}")
        months, last = chart.category_axis, len(self.content.months)
        months.minimum_scale, months.maximum_scale = 0, last
        months.major_unit = next(unit for unit in _UNITS if last <= unit * _LABELS)
        months.has_major_gridlines = False
        months.tick_labels.number_format, months.tick_labels.number_format_is_linked = "0;;", False
        axis = chart.value_axis
        axis.minimum_scale, axis.maximum_scale, axis.major_unit = 0, 1, 0.25
        axis.tick_labels.number_format, axis.tick_labels.number_format_is_linked = "0%", False
        for series, colour in zip(chart.plots[0].series, (_BLUE, _GREY), strict=False):
            series.smooth = False
            series.format.line.color.rgb = RGBColor.from_string(colour)
            series.format.line.width = Pt(3)
        if role.before_by_month:
            chart.plots[0].series[1].format.line.dash_style = MSO_LINE.DASH
            chart.has_legend = True
            chart.legend.position, chart.legend.include_in_layout = XL_LEGEND_POSITION.TOP, False

    def plain(self, frame: Any, title: str) -> Any:
        """Return the chart of a frame, with letters that can be read and a description."""
        frame._element.nvGraphicFramePr.cNvPr.set("descr", title)
        chart = frame.chart
        chart.has_title = chart.has_legend = False
        chart.font.size = Pt(_SMALL)
        chart.value_axis.major_gridlines.format.line.color.rgb = RGBColor.from_string("D5DAE0")
        return chart

    def inked(self, fill: Any, colour: str) -> None:
        """Fill a shape with one colour."""
        fill.solid()
        fill.fore_color.rgb = RGBColor.from_string(colour)


def _missing_most(content: Content) -> Content:
    """Return the content with the lines of a role that miss most, in the order of the case."""
    gaps = [line for line in content.lines if line.gap]
    most = sorted(gaps, key=lambda line: (line.index, line.priority, line.line))[:_LINES]
    held = {line.line for line in most}
    return replace(content, lines=tuple(line for line in gaps if line.line in held))


def _room(width: float, size: float) -> float:
    """Return how many letters of a size in points a line of a box has room for."""
    return (width - 0.2) / (_LETTER * size)
