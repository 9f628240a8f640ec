"""SVG as text: elements, numbers, and the print colours that a style sheet may change.

Colours stand as presentation attributes, which any style sheet overrides: so one and the same picture is printed with
these, and shown on screen with the page's colours, dark or light, without a style attribute or element in it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from fractions import Fraction
from html import escape
from typing import Any, Final

INK: Final = "#16202b"
SOFT: Final = "#4a5663"
GRID: Final = "#d5dce3"
PAPER: Final = "#ffffff"
ACCENT: Final = "#123f63"
BAR: Final = "#9cb4c7"
WARN: Final = "#8a3b00"
STEPS: Final = ("#eef4f9", "#cfe1ef", "#a3c8e4", "#2f6f9f", "#123f63")
"""Five blues from light to dark, told apart by lightness alone; text is dark on three, white on two."""
ON_STEPS: Final = (INK, INK, INK, PAPER, PAPER)

LOOKS: Final[Mapping[str, Mapping[str, str]]] = {
    "ink": {"fill": INK},
    "soft": {"fill": SOFT},
    "grid": {"fill": "none", "stroke": GRID, "stroke-width": "1"},
    "base": {"fill": "none", "stroke": SOFT, "stroke-width": "1"},
    "context": {"fill": "none", "stroke": SOFT, "stroke-width": "1.2", "stroke-dasharray": "4 3"},
    "middle": {"fill": "none", "stroke": WARN, "stroke-width": "1.4", "stroke-dasharray": "5 3"},
    "interval": {"fill": "none", "stroke": SOFT, "stroke-width": "1.6"},
    "solid": {"fill": ACCENT, "stroke": ACCENT, "stroke-width": "1.6"},
    "hollow": {"fill": PAPER, "stroke": ACCENT, "stroke-width": "1.6"},
    "line": {"fill": "none", "stroke": ACCENT, "stroke-width": "1.6"},
    "bar": {"fill": BAR},
    "median": {"fill": WARN},
    "hatch": {"fill": "none", "stroke": SOFT, "stroke-width": "0.8"},
    "edge": {"fill": "none", "stroke": SOFT, "stroke-width": "1", "stroke-dasharray": "3 3"},
    **{f"step-{number}": {"fill": fill} for number, fill in enumerate(STEPS)},
    "frame": {"fill": PAPER, "stroke": SOFT, "stroke-width": "1"},
    "warn": {"fill": WARN},
    "stripe": {"fill": "none", "stroke": PAPER, "stroke-width": "1.4"},
    "outline": {"fill": "none", "stroke": ACCENT, "stroke-width": "1.6"},
    "paper": {"fill": PAPER},
    **{f"on-line-{n}": {"fill": "none", "stroke": ink, "stroke-width": "1.6"} for n, ink in enumerate(ON_STEPS)},
    **{f"on-step-{number}": {"fill": fill} for number, fill in enumerate(ON_STEPS)},
}
"""Every look by its class name; a style sheet gives `.picture .NAME` other colours."""

_IMPOSSIBLE = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class Svg(str):
    """Finished SVG. Templates write it unchanged, because it says of itself that it is markup."""

    __slots__ = ()

    def __html__(self) -> str:
        """Return itself, as template engines ask of markup."""
        return str(self)


def element(name: str, *inner: str, look: str = "", text: str = "", **attributes: Any) -> str:
    """Return one element; `text` and attributes are escaped, `inner` is markup, `_` in a name is written `-`.

    >>> element("text", text="A & <B>", x=1.25)
    '<text x="1.2">A &amp; &lt;B&gt;</text>'
    >>> element("path", look="grid", d="M0 0V9")
    '<path class="grid" d="M0 0V9" fill="none" stroke="#d5dce3" stroke-width="1"/>'
    """
    found = {"class": look} if look else {}
    found |= {
        key.replace("_", "-"): value if isinstance(value, str) else number(value) for key, value in attributes.items()
    }
    found |= LOOKS.get(look, {})
    written = "".join(f' {key}="{escaped(value)}"' for key, value in found.items())
    body = escaped(text) + "".join(inner)
    return f"<{name}{written}>{body}</{name}>" if body else f"<{name}{written}/>"


def number(value: float | Fraction) -> str:
    """Write a length with at most one digit after the point, so that machines agree on it.

    >>> number(12.0), number(12.34), number(-0.01)
    ('12', '12.3', '0')
    """
    text = f"{float(value):.1f}".removesuffix(".0")
    return "0" if text == "-0" else text


def escaped(text: str) -> str:
    """Escape text for an element or an attribute; a character that no XML can hold becomes U+FFFD.

    >>> escaped('"R&D" <b>' + chr(0))
    '&quot;R&amp;D&quot; &lt;b&gt;\ufffd'
    """
    return escape(_IMPOSSIBLE.sub("\ufffd", text))
