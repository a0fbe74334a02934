"""``breadth``: many nations in a role."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, ClassVar, Literal

from model.fields import Name, Positive, Priority
from model.rules.base import Rule

if TYPE_CHECKING:
    from model.case import Case


class Breadth(Rule):
    """At least so many nations in place in the role in each month in which it is demanded."""

    kind: Literal["breadth"]
    role: Name
    nations: Positive
    priority: Priority = 2

    enforced: ClassVar[bool] = False

    def names(self) -> Iterator[tuple[tuple[str | int, ...], str, str]]:
        yield ("role",), "role", self.role

    def rule(self, case: Case) -> str:
        return f"at least {self.nations} nations in place in {self.role}"
