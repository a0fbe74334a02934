"""``approval``: a vote that matched units need before they may be in place."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import TYPE_CHECKING, Literal

from pydantic import Field, model_validator

from model.caveats.base import Caveat
from model.domain import Assignment, Rest, Settings
from model.fields import Positive, Share, Text, Whole, refuse

if TYPE_CHECKING:
    from model.case import Case
    from model.plan import Plan


class Approval(Caveat):
    """Forbids a matched assignment in place in a month that the vote does not cover.

    Covered: the vote is not refused and ``month`` <= m <= ``until``, or m <= ``grace``.
    """

    kind: Literal["approval"]
    body: Text = Field("", description="who votes")
    status: Literal["granted", "pending", "refused"] = Field(description="how the vote stands")
    month: Positive = Field(1, description="first month that the vote covers")
    until: Positive | None = Field(None, description="last month that it covers")
    probability: Share | None = Field(None, description="of a yes; needed while it is pending")
    grace: Whole = Field(0, description="first months after C-day that need no vote")

    @model_validator(mode="after")
    def _complete(self) -> Approval:
        if self.status == "pending" and self.probability is None:
            message, allowed = "is a pending vote without probability", "add probability: 0 to 1"
            raise refuse(message, allowed, "status", "probability")
        if self.until is not None and self.month > self.until:
            message, allowed = f"month {self.month} is after until", "allowed: month <= until"
            raise refuse(f"{message} {self.until}", allowed, "month", "until")
        return self

    def covers(self, month: int, settings: Settings, *, refused: bool = False) -> bool:
        """Whether units may be in place in the month; ``refused`` asks as if it had said no."""
        if month <= self.grace:
            return True
        says_no = refused or self.status == "refused"
        if says_no or (self.status == "pending" and settings.pending == "refused"):
            return False
        return self.month <= month and (self.until is None or month <= self.until)

    def blocks(self, case: Case, assignment: Assignment, settings: Settings) -> bool:
        return self._misses(self.months_seen(case, assignment), settings)

    def hangs_on(self, case: Case, assignment: Assignment, settings: Settings) -> tuple[Rest, ...]:
        probability = self.probability if self.status == "pending" else None
        if self.status == "refused" or (self.status == "pending" and settings.pending == "refused"):
            return ()
        needed = self._misses(self.months_seen(case, assignment), settings, refused=True)
        return (Rest(self.id, Fraction(1) if probability is None else probability),) * needed

    def _misses(self, months: Sequence[int], settings: Settings, *, refused: bool = False) -> bool:
        if not months or months[-1] <= self.grace:
            return False
        return not all(self.covers(month, settings, refused=refused) for month in months)

    def violations(self, plan: Plan) -> Iterator[str]:
        for month, tours in plan.seen(self).items():
            if not self.covers(month, plan.settings):
                for tour in tours:
                    yield f"{tour.label} is in place in month {month} without a vote"

    def rule(self, case: Case) -> str:
        vote = f"a vote of the {self.body}" if self.body else "a vote"
        span = f"from month {self.month}" if self.month > 1 else ""
        if self.until is not None:
            span = f"{span} until month {self.until}".strip()
        says = {
            "granted": f"may deploy by {vote}{f' {span}' if span else ''}",
            "pending": f"may deploy only after {vote}, still pending"
            + (f", which would hold {span}" if span else ""),
            "refused": f"may not deploy: {vote} was refused",
        }[self.status]
        if self.grace:
            months = "month needs" if self.grace == 1 else f"{self.grace} months need"
            says += f"; the first {months} no vote"
        return says
