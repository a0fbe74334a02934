"""What a worker does to save the open scenario: it tells a state as one file, and tries it."""

from __future__ import annotations

import dataclasses
import tempfile
from pathlib import Path
from typing import Any

from model import flags, scenario_text
from model.case import Case
from model.faults import Fault, InputError
from model.read import read_case
from web.answers import Asked, Served
from web.work import Desk, Stopped, Tell


def scenario(served: Served, asked: Asked, on_progress: Tell, stopped: Stopped) -> str:
    """Return the text of one scenario that does what a state does.

    Raises:
        InputError: the state is wrong, or its scenarios cannot be told as one.
    """
    state, desk = asked.state, Desk(served, asked, on_progress, stopped)
    change = state.change()
    given = [str(served.files.get(each, each)) for each in state.scenario]
    under = desk.read(state.scenario)
    typed = flags.overrides(change.values, change.pins, change.forbids, change.adds)
    typed = flags.folded(under, flags.flips(under, change.switches), typed)
    document = scenario_text.merged([*scenario_text.documents(served.folder, given), typed])
    text = scenario_text.text(dict(asked.more).get("title", ""), _lifting(under, document))
    with tempfile.TemporaryDirectory(prefix="muster-") as folder:
        path = Path(folder) / "told.yaml"
        path.write_text(text, "utf-8")
        meant = read_case(served.folder, desk.settings, given, typed).case
        try:
            told = read_case(served.folder, desk.settings, [str(path)]).case
        except InputError:
            told = None
    if told is None or _bare(told) != _bare(meant):
        message = "cannot be told as one, as one of them takes back what another one brings"
        raise InputError([Fault("scenario", 0, "", ", ".join(state.scenario), message)])
    return text


def _lifting(case: Case, document: dict[str, Any]) -> dict[str, Any]:
    """Return the scenario with caveats that are only lifted in the part that says so."""
    fields = document.get("set", {})
    lifted = [n for n, each in fields.items() if n in case.caveat_by_id and each == _OFF]
    rest = {name: each for name, each in fields.items() if name not in lifted}
    others = {part: each for part, each in document.items() if part != "set"}
    return {**({"lift": lifted} if lifted else {}), **({"set": rest} if rest else {}), **others}


_OFF = {"active": False}


def _bare(case: Case) -> Case:
    """Return a case without the names of what it was made from."""
    return dataclasses.replace(
        case,
        files={},
        scenarios=(),
        pins=tuple(dataclasses.replace(each, scenario="") for each in case.pins),
        forbids=tuple(dataclasses.replace(each, scenario="") for each in case.forbids),
    )
