"""Sliders in a notebook: weights, choices and whatever else may turn the answer, and figures that follow."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd

from fvmanalys.analysis import find
from fvmanalys.analysis.turned import Knob, knob, knobs, turned_findings
from fvmanalys.errors import FvmanalysError, UsageError
from fvmanalys.evidence import Inputs
from fvmanalys.report.charts import plot_acceptability, plot_comparison, plot_cost, plot_decomposition
from fvmanalys.report.edition import Edition
from fvmanalys.report.figure import Picture
from fvmanalys.report.markup import html_table, missing, paragraphs

__all__ = ["Explorer", "explore"]

VIEWS: dict[str, Callable[[Edition], Picture | None]] = {
    "comparison": plot_comparison,
    "acceptability": plot_acceptability,
    "decomposition": plot_decomposition,
    "cost": plot_cost,
}
STEPS = 100


def explore(inputs: Inputs, draws: int = 8192, seed: int = 1, lang: str = "sv") -> "Explorer":
    """Show sliders for what can be turned, and what comes of it; it needs ipywidgets.

    `.inputs` are the inputs as they are turned, with what was changed (`.inputs.changes`).
    """
    return Explorer(inputs, draws, seed, lang)


class Explorer:
    """Sliders over a decision. `board` is the widget, `sliders` its sliders by id."""

    def __init__(self, inputs: Inputs, draws: int, seed: int, lang: str):
        try:
            import ipywidgets
        except ImportError as error:
            message = "explore needs ipywidgets; install it (pip install ipywidgets), or work in `make lab`"
            raise UsageError(message) from error
        self.widgets, self.start, self.draws, self.seed, self.lang = ipywidgets, inputs, draws, seed, lang
        self.edition = self.first = Edition(find(inputs, draws, seed), lang)
        self.paused = False
        self.knobs: dict[str, Knob] = {}
        self.sliders: dict[str, Any] = {}
        self.rows = ipywidgets.VBox()
        self.headline, self.told = ipywidgets.HTML(), ipywidgets.HTML()
        self.views = {name: ipywidgets.HTML() for name in VIEWS}
        self.tabs = ipywidgets.Tab([*self.views.values()], titles=[self.words(f"explore.{name}") for name in VIEWS])
        self.search = ipywidgets.Combobox(
            placeholder=self.words("explore.search"), options=[*self.names], ensure_option=True
        )
        self.file = ipywidgets.Text("changes.toml", description=self.words("explore.file"))
        self.why = ipywidgets.Text(placeholder=self.words("explore.why"), continuous_update=False)
        self.buttons = {
            name: ipywidgets.Button(description=self.words(f"explore.{name}"), layout={"width": "auto"})
            for name in ("save", "reset", "table")
        }
        self.board = self.laid_out()
        for one in knobs(self.edition.findings):
            self.add(one)
        self.show()

    @property
    def inputs(self) -> Inputs:
        """The inputs as they are turned."""
        return self.edition.inputs

    def words(self, key: str) -> str:
        """A word of the board."""
        return self.first.words(key)

    @property
    def names(self) -> dict[str, str]:
        """The id of every estimate by what it is called; where two are called alike, by both."""
        found: dict[str, str] = {}
        for name, called in self.first.estimates.items():
            found[f"{called} ({name})" if called in found else called] = name
        return found

    def laid_out(self) -> Any:
        """Everything in its place, and who hears of what."""
        boxes = self.widgets
        self.tabs.observe(lambda _: self.draw(), "selected_index")
        self.search.observe(lambda heard: self.find(heard["new"]), "value")
        for name, act in (("save", self.save), ("reset", self.reset), ("table", self.table)):
            self.buttons[name].on_click(lambda _, act=act: act())
        given = [self.search, self.why, self.file, boxes.HBox([*self.buttons.values()]), self.told]
        left = boxes.VBox([self.rows, *given], layout={"flex": "0 0 40em"})
        right = boxes.VBox([self.headline, self.tabs], layout={"flex": "1 1 30em", "min_width": "30em"})
        return boxes.HBox([left, right], layout={"flex_flow": "row wrap"})

    def add(self, one: Knob) -> None:
        """Add a slider, unless it is there."""
        if one.id in self.sliders:
            return
        called = self.first.levers.get(one.id, one.id)
        unit = self.first.words.texts.get(f"workbook.unit.{one.unit}", one.unit)
        slider = self.widgets.FloatSlider(
            one.base, min=min(one.low, one.base), max=max(one.high, one.base), step=step_of(one),
            continuous_update=False, readout_format=".4g", description=f"{called} ({unit})" if unit else called,
            style={"description_width": "24em"}, layout={"width": "39em"},
        )  # fmt: skip
        self.knobs[one.id], self.sliders[one.id] = one, slider
        slider.observe(lambda _: self.show(), "value")
        self.rows.children = (*self.rows.children, slider)

    def find(self, called: str) -> None:
        """Add a slider for the estimate that was searched for."""
        if called in self.names:
            self.add(knob(self.start, self.names[called]))
            self.search.value = ""

    def show(self) -> None:
        """Compute what comes of the sliders, and draw the figure in sight; what cannot be is told."""
        if self.paused:
            return
        settings = {
            self.knobs[name]: slider.value
            for name, slider in self.sliders.items()
            if slider.value != self.knobs[name].base
        }
        try:
            found = turned_findings(self.start, settings, self.draws, self.seed, self.why.value) if settings else None
        except FvmanalysError as error:
            self.told.value = missing(str(error))
            return
        self.edition = Edition(found, self.lang) if found else self.first
        self.told.value = ""
        self.headline.value = paragraphs(headline(self.edition))
        for view in self.views.values():
            view.value = ""
        self.draw()

    def draw(self) -> None:
        """Draw the figure in sight, if it is not drawn yet."""
        name = [*VIEWS][self.tabs.selected_index or 0]
        if not self.views[name].value:
            picture = VIEWS[name](self.edition)
            self.views[name].value = picture._repr_html_() if picture else missing(self.words("explore.nothing"))

    def save(self) -> None:
        """Write what is turned as a file that `run --changes` takes."""
        try:
            if self.inputs.steps:
                [path] = self.inputs.save_changes(Path(self.file.value).with_suffix(".toml"))
                self.told.value = paragraphs(self.first.words("explore.saved", path=path))
            else:
                self.told.value = missing(self.words("explore.unchanged"))
        except OSError as error:
            self.told.value = missing(f"{self.file.value}: {error.strerror}")

    def reset(self) -> None:
        """Put every slider where it was."""
        self.paused = True
        for name, slider in self.sliders.items():
            slider.value = self.knobs[name].base
        self.paused = False
        self.show()

    def table(self) -> None:
        """Show what is turned as a table."""
        changes: pd.DataFrame = self.inputs.changes
        head = [self.words(f"explore.column_{name}") for name in ("id", "before", "after")]
        rows = changes[["id", "before", "after"]].to_numpy().tolist()
        self.told.value = (
            html_table(self.words("explore.table"), head, rows, 3) if rows else missing(self.words("explore.unchanged"))
        )

    def _repr_mimebundle_(self, **given: Any) -> Any:
        return self.board._repr_mimebundle_(**given)

    def __repr__(self) -> str:
        return f"Explorer({', '.join(self.sliders)})"


def headline(edition: Edition) -> str:
    """Which option is best, how surely, and how far ahead: what can be told at once."""
    found = edition.findings.comparison
    row = {"best": found.best, "second": found.runner_up or "", "lead": found.lead, **found.table.loc[found.best]}
    return edition("explore.headline" if found.runner_up else "explore.alone", row)


def step_of(one: Knob) -> float:
    """A step of a slider: a hundredth of its way, of one digit, so that numbers stay short."""
    return float(f"{(one.high - one.low or 1.0) / STEPS:.0e}")
