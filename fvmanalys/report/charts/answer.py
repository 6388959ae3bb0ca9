"""Figures of the answer: net benefit, who is best at which value, and the areas."""

import numpy as np
import pandas as pd

from fvmanalys.report.edition import Edition
from fvmanalys.report.figure import Picture, sketch, small_multiples
from fvmanalys.report.fitting import fitted, wrapped
from fvmanalys.report.palette import INK, LINE, MUTED, OPTION_COLOURS, OPTION_DASHES, OPTION_MARKERS
from fvmanalys.report.panel import Panel, decimal_year
from fvmanalys.report.placing import spread
from fvmanalys.report.topics.answer import acceptability_caption, areas_caption, comparison_caption, levels_caption

__all__ = [
    "draw_chances", "draw_line", "label_ends", "plot_acceptability", "plot_areas", "plot_comparison", "plot_levels",
]  # fmt: skip

AT_VALUE = {"color": MUTED, "linewidth": 1, "linestyle": (0, (2, 2))}


def plot_comparison(edition: Edition) -> Picture:
    """The net benefit of every option beside the reference: expected, and P5–P95."""
    comparison, reference = edition.findings.comparison, edition.inputs.reference
    table = comparison.table
    with sketch(edition.words, 1.3 + 0.52 * len(table)) as drawing:
        [panel] = drawing.panels
        panel.axes.axvline(0, color=MUTED, linewidth=1)
        for row, (option, values) in enumerate(table.iterrows()):
            low, middle, high = (values[name] for name in ("net_benefit_p05", "net_benefit", "net_benefit_p95"))
            panel.interval(row, (low, middle, high), edition.look(str(option)), bool(values["permanent"]))
            said = edition("changes.column.reference") if option == reference else edition.words.amount(middle)
            weight = "bold" if option == comparison.best else None
            panel.say_of(row, said, middle, high, 8, fontsize=None, fontweight=weight)
        panel.rows([option_label(edition, str(option)) for option in table.index])
        panel.across(edition("chart.comparison.axis", reference=reference, prices=edition.prices))
        panel.axes.margins(x=0.08)
        return drawing.finish("comparison", comparison_caption(edition))


def option_label(edition: Edition, option: str) -> str:
    """An option's name, with what the reader must know of it."""
    if edition.findings.comparison.table.at[option, "permanent"]:
        return edition.options[option]
    key = "not_acceptable" if option in edition.inputs.barred else "temporary"
    return edition(f"chart.comparison.{key}", option=edition.options[option])


def plot_acceptability(edition: Edition) -> Picture | None:
    """P(best) of each permanent option over the value of a point; nothing where only one competes."""
    comparison = edition.findings.comparison
    if comparison.acceptability.shape[1] < 2:
        return None
    value = comparison.value_per_point
    with sketch(edition.words, 3.9) as drawing:
        [panel] = drawing.panels
        draw_chances(panel, edition, 0.062)
        panel.axes.axvline(value, **AT_VALUE)
        used = edition("chart.acceptability.used", value=value)
        panel.say(used, value, 1, 4, -2, va="top", color=MUTED, fontsize=9)
        panel.upright_shares()
        panel.across(edition("column.value_per_point"))
        panel.axes.set_xlim(comparison.acceptability.index[0], comparison.acceptability.index[-1])
        return drawing.finish("acceptability", acceptability_caption(edition))


def draw_chances(panel: Panel, edition: Edition, gap: float) -> None:
    """How often each option is best, over the value of a point."""
    curves = edition.findings.comparison.acceptability
    for option in curves:
        draw_line(panel, edition, option, curves.index, curves[option], every=8)
    label_ends(panel, edition, curves, gap)


def draw_line(
    panel: Panel, edition: Edition, option: str, across: pd.Index | np.ndarray, up: pd.Series, every: int
) -> None:
    """An option's line, with its own colour, dashes and marker."""
    place = edition.places[option] % len(OPTION_COLOURS)
    look = {"color": OPTION_COLOURS[place], "linestyle": OPTION_DASHES[place], "marker": OPTION_MARKERS[place]}
    often = (place % every, every)
    panel.axes.plot(across, up, linewidth=1.8, markersize=5, markevery=often, label=option, clip_on=False, **look)


def label_ends(panel: Panel, edition: Edition, lines: pd.DataFrame, gap: float) -> None:
    """Each option's name where its line (a column) ends, at least `gap` apart, and none above the axes."""
    top = panel.axes.get_ylim()[1]
    places = spread(list(lines.iloc[-1]), gap)
    right = float(lines.index[-1])
    for option, place in zip(lines, places - max(places.max(initial=top) - top, 0.0), strict=True):
        name = wrapped(edition.options[option], fitted(24, 16), 1)
        panel.say(name, right, place, 12, fontsize=None, color=edition.look(option)[0], annotation_clip=False)


def plot_areas(edition: Edition, area: str = "") -> Picture:
    """The score of every option in each area, or in one: expected, and P5–P95."""
    areas = [area] if area else edition.inputs.areas
    each = 0.55 + 0.3 * len(edition.options)
    with small_multiples(edition.words, 1.0, each, [edition.areas[one] for one in areas], 60) as drawing:
        for panel, one in zip(drawing.panels, areas, strict=False):
            draw_area(panel, edition, one)
        drawing.panels[0].rows(list(edition.options.values()))
        for panel in drawing.bottom:
            panel.axes.set_xlabel(edition("chart.areas.axis"), loc="left")
        return drawing.finish(f"areas-{area}" if area else "areas", areas_caption(edition, areas))


def draw_area(panel: Panel, edition: Edition, area: str) -> None:
    """One area: a row an option, and the area's minimum where it has one."""
    comparison = edition.findings.comparison
    table = comparison.areas.xs(area, level="area").loc[list(comparison.table.index)]
    best = table.loc[edition.inputs.options(permanent_only=True), "score"].idxmax()
    for row, (option, values) in enumerate(table.iterrows()):
        low, middle, high = (values[name] for name in ("score_p05", "score", "score_p95"))
        panel.interval(row, (low, middle, high), edition.look(str(option)), comparison.table.at[option, "permanent"])
        weight = "bold" if option == best else None
        panel.say_of(row, edition.words.points(middle), middle, high, 6, fontweight=weight)
    minimum = edition.inputs.tables["areas"].set_index("area_id")["minimum"][area]
    if np.isfinite(minimum):
        panel.axes.axvline(minimum, color=INK, linestyle=(0, (3, 2)), linewidth=1)
        panel.say_at_foot(edition("chart.areas.minimum", minimum=minimum), minimum, 3, 3, fontsize=8)
    panel.grid("x")
    panel.axes.set_xlim(0, 100)


def plot_levels(edition: Edition, area: str = "") -> Picture:
    """The expected level of each area over time, or of one: a line an option."""
    areas = [area] if area else edition.inputs.areas
    paths = edition.findings.level_paths
    each = max(1.5, 0.35 + 0.17 * len(edition.options))
    with sketch(edition.words, 1.1 + len(areas) * each, len(areas), sharex=True, sharey=True) as drawing:
        low, high = paths["level"].min(), paths["level"].max()
        drawing.panels[0].axes.set_ylim(max(low - 5, 0), min(high + 5, 100))
        for panel, one in zip(drawing.panels, areas, strict=True):
            draw_levels(panel, edition, paths[paths["area"].eq(one)], each)
            panel.title(edition.areas[one], 60)
            panel.axes.set_ylabel(edition("chart.levels.axis"))
        return drawing.finish(f"levels-{area}" if area else "levels", levels_caption(edition, areas))


def draw_levels(panel: Panel, edition: Edition, paths: pd.DataFrame, inches: float) -> None:
    """One area's lines, each with its name at its end; `inches` is how high the panel is."""
    today = decimal_year(edition.as_of)
    ends = {}
    for option in dict.fromkeys(paths["option"]):
        path = paths[paths["option"].eq(option)]
        ends[str(option)] = float(path["level"].iloc[-1])
        draw_line(panel, edition, str(option), today + path["time"].to_numpy(), path["level"], every=6)
    last = today + float(paths["time"].max())
    panel.calendar(today, last)
    low, high = panel.axes.get_ylim()
    label_ends(panel, edition, pd.DataFrame(ends, index=[last]), 0.17 * (high - low) / (inches - 0.35))
    panel.axes.grid(axis="y", color=LINE, linewidth=0.5)
