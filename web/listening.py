"""The one door of the program: a socket that listens, and the browser that is sent to it."""

from __future__ import annotations

import socket
import webbrowser


def listening(host: str, port: int) -> socket.socket:
    """Return a socket that listens, so that a port in use is told before the page is announced.

    Raises:
        OSError: it cannot.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    return socket.create_server((host, port), family=family)


def address(host: str, door: socket.socket) -> str:
    """Return the address under which a socket is reached."""
    return f"http://{f'[{host}]' if ':' in host else host}:{door.getsockname()[1]}"


def show(url: str) -> None:
    """Open the browser, where there is one."""
    webbrowser.open(url)
