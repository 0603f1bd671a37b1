"""The colours of each scheme, by what they mean. Which one is in force is the theme's to say."""

from __future__ import annotations

from typing import NamedTuple

from PySide6.QtGui import QColor, QPalette


class Colours(NamedTuple):
    """The colours of one scheme, by what they mean."""

    surface: str
    raised: str
    sunken: str
    operation: str
    border: str
    edge: str
    text: str
    muted: str
    accent: str
    on_accent: str
    selection: str
    positive: str
    negative: str
    warning: str
    warning_surface: str
    mark: str


LIGHT = Colours(
    surface="#f4f5f7",
    raised="#ffffff",
    sunken="#e9ebef",
    operation="#e9ebef",
    border="#d3d7de",
    edge="#828a96",
    text="#1a1d21",
    muted="#59626d",
    accent="#2457c5",
    on_accent="#ffffff",
    selection="#d7e3fc",
    positive="#17713f",
    negative="#b3261e",
    warning="#7a4d00",
    warning_surface="#fff3d6",
    mark="#ffe08a",
)
DARK = Colours(
    surface="#17191d",
    raised="#202328",
    sunken="#121418",
    operation="#2e333b",
    border="#393e46",
    edge="#737c88",
    text="#e7e9ec",
    muted="#a0a9b4",
    accent="#86a9ff",
    on_accent="#0c1428",
    selection="#2c3f68",
    positive="#74d39c",
    negative="#ff8d84",
    warning="#f1c569",
    warning_surface="#3a2f16",
    mark="#6b5714",
)

# For who asks for high contrast: 7:1 and more, and nothing is told by a faint line.
HIGH_LIGHT = Colours(
    surface="#ffffff",
    raised="#ffffff",
    sunken="#ffffff",
    operation="#ffffff",
    border="#000000",
    edge="#000000",
    text="#000000",
    muted="#2b2b2b",
    accent="#00309c",
    on_accent="#ffffff",
    selection="#cfe0ff",
    positive="#00501f",
    negative="#8c0000",
    warning="#5c3a00",
    warning_surface="#fff3c4",
    mark="#ffe066",
)
HIGH_DARK = Colours(
    surface="#000000",
    raised="#000000",
    sunken="#000000",
    operation="#000000",
    border="#ffffff",
    edge="#ffffff",
    text="#ffffff",
    muted="#e0e0e0",
    accent="#ffe500",
    on_accent="#000000",
    selection="#00378f",
    positive="#7dffb0",
    negative="#ffb0a8",
    warning="#ffd75e",
    warning_surface="#332600",
    mark="#6b5200",
)
ALL = (LIGHT, DARK, HIGH_LIGHT, HIGH_DARK)


def is_dark(found: Colours) -> bool:
    """Whether a scheme's surface is dark."""
    return QColor(found.surface).lightnessF() < 0.5


def palette(found: Colours) -> QPalette:
    """The same as Qt asks for them."""
    palette = QPalette()
    roles = {
        QPalette.ColorRole.Window: found.surface,
        QPalette.ColorRole.WindowText: found.text,
        QPalette.ColorRole.Base: found.raised,
        QPalette.ColorRole.AlternateBase: found.surface,
        QPalette.ColorRole.Text: found.text,
        QPalette.ColorRole.Button: found.raised,
        QPalette.ColorRole.ButtonText: found.text,
        QPalette.ColorRole.BrightText: found.negative,
        QPalette.ColorRole.Highlight: found.selection,
        QPalette.ColorRole.HighlightedText: found.text,
        QPalette.ColorRole.Link: found.accent,
        QPalette.ColorRole.PlaceholderText: found.muted,
        QPalette.ColorRole.ToolTipBase: found.raised,
        QPalette.ColorRole.ToolTipText: found.text,
        QPalette.ColorRole.Mid: found.border,
        QPalette.ColorRole.Accent: found.accent,
    }
    for role, colour in roles.items():
        palette.setColor(role, QColor(colour))
    disabled = QPalette.ColorGroup.Disabled
    for role in (QPalette.ColorRole.Text, QPalette.ColorRole.ButtonText, QPalette.ColorRole.WindowText):
        faint = QColor(found.muted)
        faint.setAlpha(130)
        palette.setColor(disabled, role, faint)
    return palette
