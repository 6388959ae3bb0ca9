"""Figures of the answer: net benefit, who is best at which value, and the areas."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from fvmanalys.analysis import Findings
from fvmanalys.report.edition import Edition
from fvmanalys.report.figure import (
    NARROW,
    Picture,
    calendar_axis,
    decimal_year,
    finish,
    fitted,
    interval,
    number_axis,
    row_labels,
    sketch,
    small_multiples,
    spread,
    wrapped,
)
from fvmanalys.report.palette import INK, LINE, MUTED, OPTION_COLOURS, OPTION_DASHES, OPTION_MARKERS
from fvmanalys.report.words import Words

__all__ = ["plot_acceptability", "plot_areas", "plot_comparison", "plot_levels"]


def plot_comparison(edition: Edition) -> Picture:
    """The net benefit of every option beside the reference: expected, and P5–P95."""
    findings, words = edition.findings, edition.words
    table = findings.comparison.table
    names = edition.options
    best = findings.comparison.best
    with sketch(1.3 + 0.52 * len(table)) as (figure, [[axes]]):
        axes.axvline(0, color=MUTED, linewidth=1)
        for row, (option, values) in enumerate(table.iterrows()):
            low, middle, high = (values[column] for column in ("net_benefit_p05", "net_benefit", "net_benefit_p95"))
            interval(axes, row, low, middle, high, *edition.look(option), filled=bool(values["permanent"]))
            axes.annotate(
                words("changes.column.reference") if option == findings.inputs.reference else words.amount(middle),
                (high if NARROW.get() else middle, row),
                (6, 0) if NARROW.get() else (0, 8),
                textcoords="offset points",
                **({"va": "center"} if NARROW.get() else {"ha": "center"}),
                fontweight="bold" if option == best else None,
            )
        row_labels(axes, [comparison_label(edition, option, names) for option in table.index])
        reference = names[findings.inputs.reference]
        number_axis(axes, words, words("chart.comparison.axis", reference=reference, prices=edition.prices))
        axes.margins(x=0.08)
        return finish(
            figure,
            "comparison",
            comparison_title(edition),
            words("chart.comparison.note", reference=reference),
            comparison_alt(edition),
        )


def comparison_label(edition: Edition, option: str, names: dict[str, str]) -> str:
    """An option's name, with what the reader must know of it."""
    findings = edition.findings
    row = findings.comparison.table.loc[option]
    key = "not_acceptable" if option in findings.inputs.barred else "temporary"
    return names[option] if row["permanent"] else edition(f"chart.comparison.{key}", option=names[option])


def comparison_title(edition: Edition) -> str:
    """Which option is ahead, and by how much."""
    findings, words = edition.findings, edition.words
    comparison, names = findings.comparison, edition.options
    if comparison.runner_up is None:
        return edition("chart.comparison.title_only", best=names[comparison.best])
    worth = comparison.table["net_benefit"]
    gap = words.amount(worth[comparison.best] - worth[comparison.runner_up])
    return edition("chart.comparison.title", best=names[comparison.best], second=names[comparison.runner_up], gap=gap)


def comparison_alt(edition: Edition) -> str:
    """Every row in words."""
    findings, words = edition.findings, edition.words
    names = edition.options
    rows = [
        edition(
            "chart.interval",
            name=names[option],
            middle=words.amount(row["net_benefit"]),
            low=words.amount(row["net_benefit_p05"]),
            high=words.amount(row["net_benefit_p95"]),
        )
        for option, row in findings.comparison.table.iterrows()
    ]
    return edition("chart.comparison.alt", rows="; ".join(rows))


def plot_acceptability(edition: Edition) -> Picture | None:
    """P(best) of each permanent option over the value of a point; nothing where only one competes."""
    findings, words = edition.findings, edition.words
    curves = findings.comparison.acceptability
    if curves.shape[1] < 2:
        return None
    with sketch(3.9) as (figure, [[axes]]):
        for option in curves:
            draw_line(axes, findings, option, curves.index, curves[option], every=8)
        label_ends(axes, edition, curves, gap=0.062)
        value = findings.comparison.value_per_point
        axes.axvline(value, color=MUTED, linewidth=1, linestyle=(0, (2, 2)))
        axes.annotate(
            words("chart.acceptability.used", value=words.amount(value)),
            (value, 1),
            (4, -2),
            textcoords="offset points",
            va="top",
            color=MUTED,
            fontsize=9,
        )
        share_axis(axes, words)
        number_axis(axes, words, words("chart.acceptability.axis"))
        axes.set_xlim(curves.index[0], curves.index[-1])
        title, alt = acceptability_texts(edition)
        return finish(figure, "acceptability", title, words("chart.acceptability.note"), alt)


def share_axis(axes: Axes, words: Words) -> None:
    """The vertical axis in per cent, from 0 to 100."""
    axes.set_ylim(0, 1.02)
    axes.set_yticks([0, 0.25, 0.5, 0.75, 1], [words.share(tick) for tick in (0, 0.25, 0.5, 0.75, 1)])
    axes.grid(axis="y")


def acceptability_texts(edition: Edition) -> tuple[str, str]:
    """The title, and the chances at both ends and at the value used."""
    findings, words = edition.findings, edition.words
    curves = findings.comparison.acceptability
    names = edition.options
    value = findings.comparison.value_per_point
    used = curves.index[np.abs(curves.index - value).argmin()]
    best = curves.loc[used].idxmax()
    title = edition(
        "chart.acceptability.title",
        best=names[best],
        share=words.share(curves.loc[used, best]),
        value=words.amount(value),
    )
    rows = [
        edition(
            "chart.acceptability.row",
            name=names[option],
            low=words.share(curves[option].iloc[0]),
            used=words.share(curves.loc[used, option]),
            high=words.share(curves[option].iloc[-1]),
        )
        for option in curves
    ]
    return title, edition(
        "chart.acceptability.alt",
        low=words.amount(curves.index[0]),
        value=words.amount(value),
        high=words.amount(curves.index[-1]),
        rows="; ".join(rows),
    )


def draw_line(
    axes: Axes, findings: Findings, option: str, across: pd.Index | np.ndarray, up: pd.Series, every: int
) -> None:
    """An option's line, with its own colour, dashes and marker."""
    place = findings.inputs.options().index(option) % len(OPTION_COLOURS)
    axes.plot(
        across,
        up,
        color=OPTION_COLOURS[place],
        linestyle=OPTION_DASHES[place],
        linewidth=1.8,
        marker=OPTION_MARKERS[place],
        markersize=5,
        markevery=(place % every, every),
        label=option,
        clip_on=False,
    )


def label_ends(axes: Axes, edition: Edition, lines: pd.DataFrame, gap: float) -> None:
    """Each option's name where its line (a column) ends, at least `gap` apart, and none above the axes."""
    options = edition.findings.inputs.options()
    top = axes.get_ylim()[1]
    places = spread(list(lines.iloc[-1]), gap)
    right = float(lines.index[-1])
    for option, place in zip(lines, places - max(places.max(initial=top) - top, 0.0), strict=True):
        colour = OPTION_COLOURS[options.index(option) % len(OPTION_COLOURS)]
        look = {"va": "center", "color": colour, "annotation_clip": False}
        axes.annotate(
            wrapped(edition.options[option], fitted(24, 16), 1),
            (right, place),
            (12, 0),
            textcoords="offset points",
            **look,
        )


def plot_areas(edition: Edition, area: str = "") -> Picture:
    """The score of every option in each area, or in one: expected, and P5–P95."""
    findings, words = edition.findings, edition.words
    areas = [area] if area else findings.inputs.areas
    table = findings.comparison.areas
    names = edition.options
    called = edition.areas
    rows, columns = small_multiples(len(areas), 2)
    options = list(findings.comparison.table.index)
    with sketch(1.0 + rows * (0.55 + 0.3 * len(options)), rows, columns, sharex=True, sharey=True) as (figure, grid):
        for axes, one in zip(grid.flat, areas, strict=False):
            draw_area(axes, edition, table.xs(one, level="area").loc[options], one)
            axes.set_title(wrapped(called[one], 60, 1))
        row_labels(grid.flat[0], [names[option] for option in options])
        for axes in grid[-1]:
            axes.set_xlabel(words("chart.areas.axis"), loc="left")
        for axes in grid.flat[len(areas) :]:
            axes.set_visible(False)
        title, alt = areas_texts(edition, areas)
        return finish(figure, f"areas-{area}" if area else "areas", title, words("chart.areas.note"), alt)


def draw_area(axes: Axes, edition: Edition, table: pd.DataFrame, area: str) -> None:
    """One area: a row an option, and the area's minimum where it has one."""
    findings, words = edition.findings, edition.words
    best = table.loc[findings.inputs.options(permanent_only=True), "score"].idxmax()
    permanent = findings.comparison.table["permanent"]
    for row, (option, values) in enumerate(table.iterrows()):
        interval(
            axes,
            row,
            values["score_p05"],
            values["score"],
            values["score_p95"],
            *edition.look(str(option)),
            filled=bool(permanent[option]),
        )
        weight = "bold" if option == best else None
        said = {"textcoords": "offset points", "fontsize": 8.5, "fontweight": weight}
        if NARROW.get():
            axes.annotate(words.points(values["score"]), (values["score_p95"], row), (4, 0), va="center", **said)
        else:
            axes.annotate(words.points(values["score"]), (values["score"], row), (0, 6), ha="center", **said)
    minimum = findings.inputs.tables["areas"].set_index("area_id")["minimum"][area]
    if np.isfinite(minimum):
        axes.axvline(minimum, color=INK, linestyle=(0, (3, 2)), linewidth=1)
        axes.annotate(
            edition("chart.areas.minimum", minimum=words.points(minimum)),
            (minimum, 0),
            (3, 3),
            xycoords=("data", "axes fraction"),
            textcoords="offset points",
            fontsize=8,
        )
    axes.grid(axis="x")
    axes.set_axisbelow(True)
    axes.set_xlim(0, 100)


def areas_texts(edition: Edition, areas: list[str]) -> tuple[str, str]:
    """Who is best in how many areas, and every score."""
    findings, words = edition.findings, edition.words
    table = findings.comparison.areas
    names = edition.options
    called = edition.areas
    permanent = findings.inputs.options(permanent_only=True)
    winners = {area: table.xs(area, level="area").loc[permanent, "score"].idxmax() for area in areas}
    most = max(permanent, key=list(winners.values()).count)
    count = list(winners.values()).count(most)
    if len(areas) == 1:
        score = words.points(table.loc[(most, areas[0]), "score"])
        title = edition("chart.areas.title_one", best=names[most], area=called[areas[0]], score=score)
    else:
        title = edition("chart.areas.title", best=names[most], count=words.number(count), all=words.number(len(areas)))
    if len(permanent) > 1 and all(within_reach(table.xs(area, level="area").loc[permanent]) for area in areas):
        title = edition("chart.areas.within", title=title)
    return title, edition("chart.areas.alt", rows=" ".join(area_row(edition, area) for area in areas))


def within_reach(scores: pd.DataFrame) -> bool:
    """Whether the best expected score lies inside the range of the next best:
    the difference is smaller than the uncertainty.
    """
    best, second = scores["score"].nlargest(2).index
    return bool(scores.loc[best, "score"] < scores.loc[second, "score_p95"])


def area_row(edition: Edition, area: str) -> str:
    """One area's scores in words."""
    findings, words = edition.findings, edition.words
    names = edition.options
    scores = findings.comparison.areas.xs(area, level="area")
    rows = [
        edition(
            "chart.interval",
            name=names[option],
            middle=words.points(row["score"]),
            low=words.points(row["score_p05"]),
            high=words.points(row["score_p95"]),
        )
        for option, row in scores.iterrows()
    ]
    return f"{edition.areas[area]}: {'; '.join(rows)}."


def plot_levels(edition: Edition, area: str = "") -> Picture:
    """The expected level of each area over time, or of one: a line an option."""
    findings, words = edition.findings, edition.words
    areas = [area] if area else findings.inputs.areas
    called = edition.areas
    today = decimal_year(findings.inputs.as_of)
    paths = findings.level_paths
    each = max(1.5, 0.35 + 0.17 * len(edition.options))
    with sketch(1.1 + len(areas) * each, len(areas), 1, sharex=True, sharey=True) as (figure, grid):
        low, high = paths["level"].min(), paths["level"].max()
        grid.flat[0].set_ylim(max(low - 5, 0), min(high + 5, 100))
        for axes, one in zip(grid.flat, areas, strict=True):
            draw_levels(axes, edition, paths[paths["area"].eq(one)], today, each)
            axes.set_title(wrapped(called[one], 60, 1))
            axes.set_ylabel(words("chart.levels.axis"))
        title, alt = levels_texts(edition, areas)
        return finish(figure, f"levels-{area}" if area else "levels", title, words("chart.levels.note"), alt)


def draw_levels(axes: Axes, edition: Edition, paths: pd.DataFrame, today: float, inches: float) -> None:
    """One area's lines, each with its name at its end; `inches` is how high the panel is."""
    findings, words = edition.findings, edition.words
    ends = {}
    for option in dict.fromkeys(paths["option"]):
        path = paths[paths["option"].eq(option)]
        ends[str(option)] = float(path["level"].iloc[-1])
        draw_line(axes, findings, str(option), today + path["time"].to_numpy(), path["level"], every=6)
    last = today + float(paths["time"].max())
    calendar_axis(axes, words, today, last)
    low, high = axes.get_ylim()
    label_ends(axes, edition, pd.DataFrame(ends, index=[last]), gap=0.17 * (high - low) / (inches - 0.35))
    axes.grid(axis="y", color=LINE, linewidth=0.5)


def levels_texts(edition: Edition, areas: list[str]) -> tuple[str, str]:
    """Where levels stand today and end, and for which option most is gained."""
    findings, words = edition.findings, edition.words
    table = findings.levels[findings.levels["area"].isin(areas)]
    names, called = edition.options, edition.areas
    permanent = table[table["option"].isin(findings.inputs.options(permanent_only=True))]
    ends = permanent.set_index(["area", "option"])["level_end"].unstack(sort=False).mean()
    title = edition(
        "chart.levels.title" if len(areas) > 1 else "chart.levels.title_one",
        best=names[str(ends.idxmax())],
        now=words.points(permanent["level_now"].mean()),
        end=words.points(ends.max()),
    )
    rows = [
        edition(
            "chart.levels.row",
            area=called[row["area"]],
            option=names[row["option"]],
            now=words.points(row["level_now"]),
            end=words.points(row["level_end"]),
        )
        for row in table.to_dict("records")
    ]
    return title, edition("chart.levels.alt", rows="; ".join(rows))
