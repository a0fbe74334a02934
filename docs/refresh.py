"""Makes the README's terminal session and picture again from a real run of the shipped case."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
README = ROOT / "README.md"
PICTURE = ROOT / "docs" / "pictures" / "report.png"
BEGIN, END = "<!-- session -->\n```text\n", "```\n<!-- end of session -->"
ENDS = {"Missing units by line": "L12", "Worst gaps": " 4 "}
"""With which line each of the longer parts is broken off."""


def session() -> str:
    """Solve the shipped case at 80 columns and shorten what was printed."""
    run = subprocess.run(
        [sys.executable, "solve.py", "plan"],
        cwd=ROOT,
        env={**os.environ, "COLUMNS": "80"},
        capture_output=True,
        text=True,
        check=True,
    )
    told = []
    for part in run.stdout.rstrip().split("\n\n"):
        end = next((end for title, end in ENDS.items() if part.startswith(title)), None)
        kept, broken_off, _ = part.partition(f"\n{end}") if end else (part, "", "")
        lines = [line.rstrip() for line in kept.splitlines()]
        told.append("\n".join([*lines, "..."] if broken_off else lines))
    return "$ make plan\n" + "\n\n".join(told) + "\n"


def picture() -> None:
    """Take a picture of the top of the report that the session wrote."""
    browser = shutil.which("chromium") or shutil.which("chromium-browser")
    if browser is None:
        sys.exit("No chromium here: the session is new, the picture is the old one.")
    page = ROOT / "out" / "base" / "report.html"
    options = ["--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars"]
    shot = [f"--screenshot={PICTURE}", "--window-size=1280,1330", page.as_uri()]
    subprocess.run([browser, *options, *shot], check=True, capture_output=True)  # noqa: S603 - our own words


def main() -> None:
    """Rewrite both."""
    before, begin, rest = README.read_text(encoding="utf-8").partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        sys.exit("README.md has no session to replace.")
    README.write_text(before + begin + session() + end + after, encoding="utf-8")
    picture()


if __name__ == "__main__":
    main()
