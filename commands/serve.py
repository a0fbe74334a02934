"""``serve``: the page, on this machine."""

from __future__ import annotations

from typing import Annotated

import typer

from commands.common import DONE, case_folder, refused
from commands.options import (
    HISTORY,
    CaseOption,
    Gap,
    HistoryOption,
    Pending,
    Scenarios,
    Seed,
    above_zero,
)


def serve(
    case: CaseOption = None,
    scenario: Scenarios = None,
    host: Annotated[
        str, typer.Option("--host", metavar="ADDRESS", help="Address to listen on.")
    ] = "127.0.0.1",
    port: Annotated[
        int,
        typer.Option("--port", metavar="NUMBER", min=0, max=65535, help="Port; 0: any free one."),
    ] = 8765,
    browser: Annotated[
        bool, typer.Option("--browser/--no-browser", help="Open the page in the browser.")
    ] = True,
    workers: Annotated[
        int,
        typer.Option(
            "--workers",
            metavar="NUMBER",
            min=0,
            max=64,
            help="Processes that solve; 0: as many as there are cores.",
        ),
    ] = 0,
    gap: Gap = 0.0001,
    pending: Pending = "granted",
    time_limit: Annotated[
        float,
        typer.Option(
            "--time-limit", metavar="SECONDS", callback=above_zero, help="Seconds for each solve."
        ),
    ] = 60,
    seed: Seed = 0,
    history: HistoryOption = HISTORY,
) -> None:
    """Open the page of a case: look, flip a caveat, see what breaks.

    It runs until Ctrl-C. Nothing leaves this machine.
    """
    import uvicorn

    from model.cores import cores
    from model.faults import Fault, InputError
    from model.read import read_case, unkept
    from model.scenario import located
    from web import listening
    from web.address import State
    from web.answers import Served
    from web.app import application
    from web.view import address

    folder, given = case_folder(case), scenario or []
    try:
        # What is wrong with the case is told here, not on a page.
        unkept(read_case(folder, scenarios=given).case)
        what_ifs = located(folder, given)
        door = listening.listening(host, port)
    except InputError as error:
        raise refused(error.faults, as_json=False) from None
    except OSError as error:
        said = error.strerror or str(error)
        fault = Fault("--port", 0, "", f"{host}:{port}", f"cannot be listened on: {said}")
        raise refused([fault], as_json=False) from None
    served = Served(
        folder,
        {each.label: each.path for each in what_ifs if not each.own},
        pending=pending,
        gap=gap,
        time_limit=time_limit,
        seed=seed,
        history=None if str(history) == "off" else history.absolute(),
    )
    app = application(served, workers=workers or cores(), host=host)
    state = State(scenario=tuple(each.label for each in what_ifs))
    url = listening.address(host, door) + address(state)
    typer.echo(f"Muster is open at {url}\nCtrl-C ends it.")
    if browser:
        listening.show(url)
    settings = uvicorn.Config(
        app, log_level="warning", access_log=False, server_header=False, date_header=False
    )
    settings.timeout_graceful_shutdown = 1
    uvicorn.Server(settings).run(sockets=[door])
    raise typer.Exit(DONE)
