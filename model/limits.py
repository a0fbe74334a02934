"""What a caveat and a force rule share: both limit a plan, as rows and as plain Python."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Sequence
from fractions import Fraction
from typing import TYPE_CHECKING, Any, ClassVar

from pydantic import Field

from model.domain import Assignment, Line, Offer, Tier
from model.fields import Entry, Name, Truth

if TYPE_CHECKING:
    from model.case import Case
    from model.formulation import Formulation
    from model.plan import Plan

NamePath = tuple[str | int, ...]


class Limit(Entry):
    """An entry of ``caveats`` or ``rules``. A kind is a class, and its file's name the kind's."""

    id: Name = Field(description="its name, for good")
    kind: str = Field(description="what sort it is")
    active: Truth = Field(default=True, description="no: it stays on file and binds nothing")

    enforced: ClassVar[bool] = True
    """False for a kind that is read and checked but that the model does not know yet."""
    counts: ClassVar[bool] = False
    """True for a kind that adds rows over what ``months_seen`` shows, rather than a gate."""

    # A kind says what applies to it; what it leaves out is answered here.

    def concerns(self, offer: Offer, line: Line) -> bool:
        """False only where it sees no assignment of the offer on the line.

        Where it is true, what it sees of one hangs on months and places alone.
        """
        return True

    def may_lean_on(self, offer: Offer, line: Line) -> bool:
        """False only where it leans on no assignment of the offer on the line."""
        return self.concerns(offer, line)

    def months_seen(self, case: Case, assignment: Assignment) -> Sequence[int]:
        """Months in which the assignment is matched."""
        return ()

    def leans_on(self, case: Case, assignment: Assignment) -> Iterable[Hashable]:
        """Yield what hangs on the assignment's units: months, and places where these matter.

        A plan could break the limit, or pay for it, by having *fewer* of these units in place, or
        by having them in an area where something else hangs on them. Most kinds can stand fewer.
        """
        return ()

    def constrain(self, block: Any, f: Formulation) -> None:
        """Add the rows to a Pyomo block of its own; nothing where it is a gate only."""

    def violations(self, plan: Plan) -> Iterator[str]:
        """Say, month by month and from the plan alone, how the plan breaks it."""
        yield from ()

    def costs(self, plan: Plan) -> dict[Tier, Fraction]:
        """Return what the plan pays for it, by tier, worked out from the plan alone."""
        return {}

    def names(self) -> Iterator[tuple[NamePath, str, str]]:
        """Yield (path, kind of name, name) for every name the kind's own fields use."""
        yield from ()

    def rule(self, case: Case) -> str:
        """Say what may not be, or must be, as the end of a sentence."""
        raise NotImplementedError
