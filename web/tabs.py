"""The tabs below the picture. A new one is a line here and a template in ``templates/tabs``."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from reports.content import Content


@dataclass(frozen=True)
class Tab:
    """A tab.

    Attributes:
        name: as the address calls it; ``templates/tabs/NAME.html.j2`` is what it shows.
        shown: whether an answer has it.
    """

    name: str
    title: str
    shown: Callable[[Content], bool] = lambda content: True


TABS = {
    each.name: each
    for each in (
        Tab("gaps", "Gaps"),
        Tab("changes", "Changes", lambda content: content.changes is not None),
        Tab("tours", "Tours"),
        Tab("lines", "Lines"),
        Tab("asks", "Asks"),
        Tab("offer", "New offer"),
        Tab("nations", "Nations"),
        Tab("unused", "Unused"),
        Tab("votes", "Votes"),
        Tab("checks", "Checks"),
        Tab("run", "Run details"),
        Tab("export", "Export"),
    )
}


def chosen(content: Content, name: str) -> Tab:
    """Return the tab of that name, or the first where the answer has none of that name."""
    tab = TABS.get(name)
    return tab if tab and tab.shown(content) else next(iter(TABS.values()))
