"""What continuous integration runs, with a `make` that only writes down what it was asked."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

CI = Path(__file__).parents[1] / ".ci" / "run"

# It says its version in two goes, as the real one may: a reader that left after the first line
# would kill it in the second.
MAKE = """#!/bin/sh
if [ "$1" = --version ]; then
  echo 'GNU Make 4.3'; sleep 0.3; echo 'Built for tests' || exit 141; exit 0
fi
echo "$1 $MUSTER_NEEDS_BROWSER" >> asked
[ "$1" != "$FAILS" ]
"""


def run(folder: Path, fails: str = "") -> subprocess.CompletedProcess[str]:
    (folder / ".ci").mkdir()
    shutil.copy(CI, folder / ".ci" / "run")
    tools = folder / "tools"
    tools.mkdir()
    for name, text in (("make", MAKE), ("chromium", "#!/bin/sh\n")):
        (tools / name).write_text(text, encoding="utf-8")
        (tools / name).chmod(0o755)
    inherited = {key: value for key, value in os.environ.items() if key != "MUSTER_NEEDS_BROWSER"}
    return subprocess.run(
        [folder / ".ci" / "run"],
        env=inherited | {"PATH": f"{tools}:{os.environ['PATH']}", "FAILS": fails},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def test_it_runs_both_commands_of_the_readme_and_asks_for_a_browser(tmp_path: Path) -> None:
    done = run(tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert (tmp_path / "asked").read_text(encoding="utf-8") == "plan \ntest 1\n"


@pytest.mark.parametrize("target", ["plan", "test"])
def test_it_fails_where_one_of_them_does(tmp_path: Path, target: str) -> None:
    assert run(tmp_path, fails=target).returncode != 0
