"""What ``report.docx`` and ``report.pptx`` share: packages whose bytes follow from the content.

Their libraries write the time of day into a package, and charts carry a workbook that does.
"""

from __future__ import annotations

import io
import re
import zipfile

_EPOCH = (1980, 1, 1, 0, 0, 0)
_DATES = re.compile(rb"(<dcterms:(?:created|modified)[^>]*>)[^<]*")
MARK_RED = "9C0006"


def steady(raw: bytes) -> bytes:
    """Return a package with every time in it, and in packages inside of it, set to one moment."""
    made = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(raw)) as old,
        zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for name in old.namelist():
            held = old.read(name)
            if name.endswith(".xlsx"):
                held = steady(held)
            elif name == "docProps/core.xml":
                held = _DATES.sub(rb"\g<1>2000-01-01T00:00:00Z", held)
            entry = zipfile.ZipInfo(name, _EPOCH)
            entry.compress_type = zipfile.ZIP_DEFLATED
            new.writestr(entry, held)
    return made.getvalue()


def short(text: str, most: int) -> str:
    """Return the text, cut with an ellipsis where it has more characters than that."""
    return text if len(text) <= most else f"{text[: most - 1].rstrip()}…"
