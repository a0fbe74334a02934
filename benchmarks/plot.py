"""Best and bound over time as a picture: SVG, written by hand, the same bytes for the same run."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from html import escape

from benchmarks.peers import Moment

COLOURS = ("#0b5fa5", "#b8460e", "#3c7a3f", "#7a4fa0", "#6b6b6b")
WIDTH, HEIGHT, LEFT, RIGHT, TOP, FOOT = 760, 420, 78, 130, 40, 48


def picture(title: str, courses: Mapping[str, Sequence[Moment]], tier: str, seconds: float) -> str:
    """Return the SVG: of each contender the best value (whole line) and bound (broken line).

    Args:
        title: what is shown.
        courses: where each contender stood, in order.
        tier: the tier that is shown; moments of others are left out.
        seconds: where the picture ends.
    """
    lines = {
        name: [m for m in moments if m.tier == tier and m.best < 1e15]
        for name, moments in courses.items()
    }
    values = [each for moments in lines.values() for m in moments for each in (m.best, m.bound)]
    values = [max(1.0, each) for each in values if math.isfinite(each)] or [1.0]
    low, high = math.log10(min(values)) - 0.05, math.log10(max(values)) + 0.05

    def x(at: float) -> float:
        return LEFT + (WIDTH - LEFT - RIGHT) * min(at, seconds) / seconds

    def y(value: float) -> float:
        share = (math.log10(max(1.0, value)) - low) / (high - low)
        return HEIGHT - FOOT - (HEIGHT - TOP - FOOT) * share

    out = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" '
        f'font-family="sans-serif" font-size="12" role="img" aria-label="{escape(title)}">',
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>',
        f'<text x="{LEFT}" y="22" font-size="14">{escape(title)}</text>',
    ]
    for i in range(5):
        at, value = seconds * i / 4, 10 ** (low + (high - low) * i / 4)
        out += [
            f'<line x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y(value):.1f}" y2="{y(value):.1f}" '
            'stroke="#ddd"/>',
            f'<text x="{LEFT - 8}" y="{y(value) + 4:.1f}" text-anchor="end">{value:,.0f}</text>',
            f'<text x="{x(at):.1f}" y="{HEIGHT - FOOT + 18}" text-anchor="middle">{at:g} s</text>',
        ]
    for i, (name, moments) in enumerate(lines.items()):
        colour, height = COLOURS[i % len(COLOURS)], TOP + 18 * (i + 1)
        for told, dash in (
            ([(m.seconds, m.best) for m in moments], ""),
            ([(m.seconds, m.bound) for m in moments if m.bound > 0], "5 4"),
        ):
            if told:
                path = _steps([(x(at), y(value)) for at, value in told], x(seconds))
                dashes = f' stroke-dasharray="{dash}"' if dash else ""
                out.append(
                    f'<path d="{path}" fill="none" stroke="{colour}" stroke-width="2"{dashes}/>'
                )
        said = escape(name if moments else f"{name}: no plan")
        out.append(f'<text x="{WIDTH - RIGHT + 12}" y="{height}" fill="{colour}">{said}</text>')
    foot = f"{tier}: best (whole line) and bound (broken line), logarithmic"
    out.append(f'<text x="{LEFT}" y="{HEIGHT - 10}" fill="#555">{escape(foot)}</text>')
    return "\n".join([*out, "</svg>"]) + "\n"


def _steps(points: Sequence[tuple[float, float]], until: float) -> str:
    """Return a path that holds each value until the next one."""
    (first, height), *rest = points
    path = f"M{first:.1f} {height:.1f}"
    for across, up in rest:
        path += f"H{across:.1f}V{up:.1f}"
    return f"{path}H{until:.1f}"
