"""What the commands share that answer a question by solving: options, and how they fail."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from commands.common import NOT_PROVEN, refused
from commands.options import above_zero

if TYPE_CHECKING:
    from model.case import Case
    from model.domain import Settings

Seconds = Annotated[
    float,
    typer.Option(
        "--time-limit", metavar="SECONDS", callback=above_zero, help="Seconds for all of it."
    ),
]


@contextmanager
def answering(case: Case, settings: Settings, *, as_json: bool) -> Iterator[None]:
    """End the program with its exit code where there is no answer to give."""
    from model.faults import InputError
    from model.outcome import Contradiction, OutOfTime

    try:
        yield
    except InputError as error:
        raise refused(error.faults, as_json) from None
    except Contradiction:
        from model.conflict import contradicted

        raise refused([contradicted(case, settings)], as_json) from None
    except OutOfTime:
        typer.echo("The time was over before there was any answer.", err=True)
        raise typer.Exit(NOT_PROVEN) from None
