"""The pictures of a report as the page shows them: smaller, and a bar leads to its tour."""

from __future__ import annotations

from collections.abc import Callable

from markupsafe import Markup

from reports import html, pictures
from reports.content import Content
from reports.pictures import By
from reports.told import TourTold

CHART = (340.0, 80.0)
WIDTH = 640.0
"""Of the bars: they stand beside the picture on a wide screen, where letters must not shrink."""


class Drawn(html.Drawn):
    """The pictures, for a template.

    Args:
        content: what they are of.
        to: the address of what tells more of a tour.
    """

    def __init__(self, content: Content, to: Callable[[TourTold], str]) -> None:
        super().__init__(content)
        self._to = to

    def coverage(self) -> Markup:
        """Return the coverage of the whole force by month."""
        return html.own(pictures.coverage(self._content.whole, self._content, CHART))

    def tours(self, by: By = "nation") -> list[tuple[str, Markup]]:
        """Return each nation, or each line, with its tours as bars."""
        return [
            (name, html.own(drawn))
            for name, drawn in pictures.apart(self._content, by, self._to, WIDTH)
        ]
