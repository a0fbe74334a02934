"""A run that was made before: its files read back, its case as it was, its plan walked again."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import model
from model import disk
from model.case import Case
from model.domain import Settings
from model.faults import Fault, InputError, nearest
from model.moves import keeping
from model.read import read_case
from model.scenario import FOLDER
from reports import run_folder, stored, verify
from reports.history_db import Entry, RunHistory
from reports.kept import FILE
from reports.shape import PlanFile, RunFile, sha256
from reports.stored import PLAN, RUN, Answer


@dataclass(frozen=True)
class Told:
    """The two JSON files of a run, which agree with each other.

    Attributes:
        name: the run as it was asked for.
    """

    name: str
    run: RunFile
    plan: PlanFile


def told(name: str, texts: Mapping[str, str]) -> Told:
    """Return what the files of a run tell.

    Raises:
        InputError: a file is missing or damaged, or they are not of one run.
    """
    found = dict(texts)
    run, faults = stored.parse(RunFile, RUN, found)
    plan, wrong = stored.parse(PlanFile, PLAN, found)
    faults += wrong
    faults += [Fault(each, 0, "", "", "is missing") for each in (RUN, PLAN) if each not in found]
    if run is not None and plan is not None:
        faults += stored.agree(run, plan)
        if not faults and run.products.get(PLAN) != sha256(found[PLAN]):
            faults.append(Fault(PLAN, 0, "", "", "has been changed since it was written"))
    if faults or run is None or plan is None:
        raise InputError(_inside(name, _another_version(found.get(RUN, ""), faults)))
    return Told(name, run, plan)


def _another_version(text: str, faults: list[Fault]) -> list[Fault]:
    """Say it in one fault where a run is no run to us since another version wrote it."""
    try:
        version = str(json.loads(text)["versions"]["muster"])
    except (ValueError, KeyError, TypeError, RecursionError):
        return faults
    if version == model.VERSION:
        return faults
    message = f"is not read by Muster {model.VERSION}: {faults[0].place} {faults[0].message}"
    allowed = f"`verify` tells all {len(faults)} faults"
    return [Fault(RUN, 0, "versions.muster", version, message, allowed)]


def answer(each: Told, case: Case) -> Answer:
    """Return what the run found in its case.

    Raises:
        InputError: the plan breaks something there, or is worth something else.
    """
    settings, lost = stored.settings_of(each.run)
    if lost:
        raise InputError(_inside(each.name, lost))
    plan, faults = stored.rebuild(case, settings, each.plan)
    if plan is not None:
        faults += verify.tiers(plan, each.plan)
    if faults or plan is None:
        raise InputError(_inside(each.name, faults))
    run = each.run
    return Answer(plan, run.tiers, run.status, run.seconds, run.events)


def _inside(name: str, faults: Iterable[Fault]) -> list[Fault]:
    return [replace(fault, file=f"{name}/{fault.file}") for fault in faults]


# Which run


def found(name: str, history: RunHistory | None) -> Told:
    """Return the run in a folder, or the one of the history with such an id or tag.

    Raises:
        InputError: there is none, it is damaged, or several are meant.
    """
    folder = Path(name)
    try:
        lies = folder.exists() or len(folder.parts) > 1
    except (OSError, ValueError):  # a name that no file can have
        lies = True
    if lies:
        texts, faults = run_folder.read(folder)
        # Reports and tables are of no concern here: the plan says it all.
        parts = [each for each in faults if each.file in (RUN, PLAN)]
        if parts or not texts:
            raise InputError(_inside(name, parts) or faults)
        return told(name, texts)
    entry = kept(name, history)
    files = history.files(entry.run) if history else {}
    return told(name, {each: text.decode("utf-8", "replace") for each, text in files.items()})


def kept(name: str, history: RunHistory | None) -> Entry:
    """Return the run of the history that an id, the beginning of one, or a tag means.

    Raises:
        InputError: there is none, or several are meant.
    """
    entries = history.named(name) if history else []
    if len(entries) == 1:
        return entries[0]
    if entries:
        meant = ", ".join(each.run for each in entries[:5]) + (", ..." if entries[5:] else "")
        message, allowed = f"means {len(entries)} runs", f"give the id of one: {meant}"
    elif history is None:
        message, allowed = "is no folder with a run", "the history is off"
    else:
        tags = history.tags()
        message = f"is no folder with a run, and no id or tag in {history.path}"
        allowed = nearest(name, tags) if tags else "`runs list` shows the ids"
    raise InputError([Fault("RUN", 0, "", name, message, allowed)])


# Its case, as it was


def inputs_then(
    each: Told, folders: Sequence[Path], history: RunHistory | None
) -> dict[str, bytes]:
    """Return the files that a run was made from, byte for byte, wherever they are still found.

    A run names its inputs by SHA-256, so each is looked for by that: where it lay, in the folders
    given, in the history.

    Raises:
        InputError: a file is nowhere as it was then.
    """
    run, contents, faults = each.run, dict[str, bytes](), []
    lay = {f"{FOLDER}/{Path(path).name}": Path(path) for path in run.case.scenarios.values()}
    for name, digest in run.case.files.items():
        if name == FILE:  # a plan that was kept is no part of the case
            continue
        places = [Path(run.case.path, name), *(folder / name for folder in folders)]
        content = _of(digest, [*places, *([lay[name]] if name in lay else [])])
        if content is None and history is not None:
            content = history.content(digest)
        if content is None:
            message = f"is not found as it was then: not in {run.case.path}, not in the history"
            allowed = "name a folder that holds it with --case"
            faults.append(Fault(f"{each.name}/{RUN}", 0, "case.files", name, message, allowed))
        else:
            contents[name] = content
    if faults:
        raise InputError(faults)
    return contents


def case_then(each: Told, folders: Sequence[Path], history: RunHistory | None) -> Case:
    """Return the case that a run was made from, as it was then.

    Raises:
        InputError: a file is nowhere as it was then, or the case is none any more.
    """
    run, contents = each.run, inputs_then(each, folders, history)
    with tempfile.TemporaryDirectory() as folder:
        laid(Path(folder), contents)
        scenarios = [
            # One that was named by its file lies among the case's own here.
            str(Path(folder, FOLDER, label)) if Path(label).suffix in (".yaml", ".yml") else label
            for label in run.options.scenarios
        ]
        try:
            case = read_case(Path(folder), Settings(pending=run.options.pending), scenarios).case
            return keeping(case) if run.options.keep else case
        except InputError as error:
            raise InputError(_inside(f"case of {each.name}", error.faults)) from None


def laid_new(folder: Path, contents: Mapping[str, bytes]) -> None:
    """Write files into a folder that is not there yet, or empty.

    Raises:
        InputError: there is something in it, or it cannot be written to.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if any(folder.iterdir()):
            allowed = "name a folder that does not exist yet, or is empty"
            raise InputError([Fault(str(folder), 0, "", "", "holds files already", allowed)])
    except (OSError, ValueError) as error:
        raise InputError([disk.cannot(folder, "cannot be written to", error)]) from None
    laid(folder, contents)


def laid(folder: Path, contents: Mapping[str, bytes]) -> None:
    """Write the files of a case into an empty folder.

    Raises:
        InputError: one of them cannot be written.
    """
    for name, content in contents.items():
        path = folder / name
        # The names are a run's own, and a damaged one may name any place.
        if not path.resolve().is_relative_to(folder.resolve()):
            raise InputError([Fault(RUN, 0, "case.files", name, "lies outside the case")])
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise InputError([disk.cannot(path, "cannot be written", error)]) from None
        disk.put(path, content, replace=False)


def _of(digest: str, places: Iterable[Path]) -> bytes | None:
    """Return the content with that SHA-256, of the first of the files that has it."""
    for path in places:
        try:
            content = disk.contents(path)
        except InputError:
            continue
        if sha256(content) == digest:
            return content
    return None
