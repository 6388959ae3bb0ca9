"""Figures: what the findings look like.

Each `plot_` function takes an edition and gives a Picture, or None where the tables lack what it shows. All but
`plot_history`, which takes the history of the published runs instead, are in `ALL`.
"""

from collections.abc import Callable
from functools import wraps
from importlib import import_module
from typing import Any

import pandas as pd

from fvmanalys.report.charts.history import plot_history
from fvmanalys.report.edition import Edition
from fvmanalys.report.figure import Picture
from fvmanalys.report.fitting import NARROW, narrow

__all__ = ["ALL", "figures", "narrow_figures", "plot_history"]

MODULES = (
    "answer",
    "frontier",
    "money",
    "time",
    "evidence",
    "turning",
    "uncertainty",
    "priorities",
    "changes",
    "staffing",
)


def once(plot: Callable[..., Picture | None]) -> Callable[..., Picture | None]:
    """A figure that is not drawn again where the run that we are in has handed it over."""

    @wraps(plot)
    def shown(edition: Edition, *more: Any, **named: Any) -> Picture | None:
        known = {} if NARROW.get() or more or named else edition.findings.drawn
        key = plot.__name__, edition.words.lang
        if key not in known:
            drawn = plot(edition, *more, **named)
            return drawn and drawn.in_accent(edition.accent)
        return Picture(*known[key]) if known[key] else None

    return shown


FOUND = (vars(import_module(f"{__name__}.{module}")) for module in MODULES)
ALL = tuple(once(found[name]) for found in FOUND for name in found["__all__"] if name.startswith("plot_"))
NAMED = {plot.__name__: plot for plot in ALL}


def __getattr__(name: str) -> Any:
    """A figure by the name of its function."""
    if name not in NAMED:
        raise AttributeError(f"there is no figure {name!r}; there are {', '.join(NAMED)}")
    return NAMED[name]


def figures(edition: Edition, hand_over: bool = False) -> list[Picture]:
    """Every figure that the tables suffice for; those to `hand_over` go to the notebooks of a run with its findings."""
    drawn = {plot.__name__: plot(edition) for plot in ALL}
    if hand_over:
        for name, picture in drawn.items():
            edition.findings.drawn[name, edition.words.lang] = tuple(vars(picture).values()) if picture else ()
    return [picture for picture in drawn.values() if picture is not None]


def narrow_figures(edition: Edition, history: pd.DataFrame) -> dict[str, str]:
    """The SVG of every figure for screens as wide as a hand, by its name."""
    with narrow():
        drawn = [*figures(edition), *filter(None, [plot_history(history, edition.words, edition.accent)])]
    return {picture.name: picture.svg for picture in drawn}
