"""Figures of money: budgets and ceilings, cost year by year,
inside and outside view, what others' programmes came to.
"""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import Patch
from matplotlib.ticker import FuncFormatter, MaxNLocator

from fvmanalys.analysis.breakdown import cost_by_category, yearly_extremes
from fvmanalys.report.edition import Edition
from fvmanalys.report.figure import (
    ON_PAPER,
    Picture,
    Ticks,
    finish,
    fitted,
    legend_below,
    number_axis,
    row_labels,
    sketch,
    small_multiples,
    wrapped,
)
from fvmanalys.report.palette import ACCENT, FILLS, INK, LINE, MOST_PARTS, MUTED, PAPER
from fvmanalys.report.words import Words

__all__ = ["plot_cost", "plot_published_totals", "plot_reference_class", "plot_views", "plot_yearly_cost"]

COSTS = ("programme", "cost")
VIEW_MARKERS = ("o", "s", "D")


def plot_cost(edition: Edition) -> Picture:
    """P50 and P85 of the programme cost and of the present value of all costs."""
    findings, words = edition.findings, edition.words
    table = findings.comparison.table
    names = edition.options
    with sketch(1.35 + 0.5 * len(table), 1, 2, sharey=True) as (figure, grid):
        panels = grid.flat
        for axes, cost in zip(panels, COSTS, strict=True):
            for row, (option, values) in enumerate(table.iterrows()):
                colour, _ = edition.look(option)
                draw_budget(axes, row, values[f"{cost}_p50"], values[f"{cost}_p85"], colour, words)
            axes.set_title(words(f"chart.cost.{cost}"))
            number_axis(axes, words, words(f"chart.cost.axis_{cost}", prices=edition.prices), ticks=4)
            axes.margins(x=0.22)
        row_labels(panels[0], [names[option] for option in table.index], 22)
        panels[0].set_xlim(left=min(0, panels[0].get_xlim()[0]))
        title, alt = cost_texts(edition)
        return finish(figure, "cost", title, words("chart.cost.note"), alt)


def draw_budget(axes: Axes, row: int, p50: float, p85: float, colour: str, words: Words) -> None:
    """A bar to P50, hatched on to P85."""
    axes.barh(row, p50, height=0.5, color=colour, edgecolor=colour)
    axes.barh(row, p85 - p50, left=p50, height=0.5, facecolor=PAPER, edgecolor=colour, hatch="////")
    label = words("chart.cost.label", p50=words.amount(p50), p85=words.amount(p85))
    axes.annotate(label, (max(p85, 0), row), (4, 0), textcoords="offset points", va="center", fontsize=8.5)


def cost_texts(edition: Edition) -> tuple[str, str]:
    """The permanent option with the lowest programme budget, and every bar."""
    findings, words = edition.findings, edition.words
    table = findings.comparison.table
    names = edition.options
    lowest = table.loc[table["permanent"], "programme_p50"].idxmin()
    p50, p85 = (words.amount(table.loc[lowest, f"programme_{level}"]) for level in ("p50", "p85"))
    rows = [
        edition(
            "chart.cost.row",
            name=names[option],
            **{f"{cost}_{level}": words.amount(row[f"{cost}_{level}"]) for cost in COSTS for level in ("p50", "p85")},
        )
        for option, row in table.iterrows()
    ]
    return edition("chart.cost.title", option=names[lowest], p50=p50, p85=p85), edition(
        "chart.cost.alt", rows="; ".join(rows)
    )


def plot_yearly_cost(edition: Edition) -> Picture:
    """Expected cost of each option, year by year and category by category."""
    findings, words = edition.findings, edition.words
    parts = cost_by_category(findings.yearly, MOST_PARTS)
    names = edition.options
    options = list(names)
    rows, columns = small_multiples(len(options), 2)
    with sketch(1.5 + 1.75 * rows, rows, columns, sharex=True, sharey=True) as (figure, grid):
        for axes, option in zip(grid.flat, options, strict=False):
            draw_years(axes, parts.xs(option, level="option"), words)
            axes.set_title(wrapped(names[option], 50, 1))
        for axes in grid.flat[len(options) :]:
            axes.set_visible(False)
        for axes in grid[:, 0]:
            axes.set_ylabel(words("chart.yearly.axis"))
        called = edition.categories | {"": words("chart.yearly.other")}
        handles = [
            Patch(facecolor=colour, hatch=hatch, edgecolor=MUTED, linewidth=0.3)
            for colour, hatch in (FILLS[place if part else -1] for place, part in enumerate(parts.columns))
        ]
        legend_below(figure, handles, [called[part] for part in parts.columns], 2)
        title, alt = yearly_texts(edition)
        note = words("chart.yearly.note", prices=edition.prices)
        return finish(figure, "yearly-cost", title, note, alt)


def draw_years(axes: Axes, parts: pd.DataFrame, words: Words) -> None:
    """Stacked bars, income below the line."""
    above, below = np.zeros(len(parts)), np.zeros(len(parts))
    for place, part in enumerate(parts.columns):
        colour, hatch = FILLS[place if part else -1]
        values = parts[part].to_numpy()
        start = np.where(values >= 0, above, below)
        shown = values != 0
        axes.bar(
            parts.index[shown],
            values[shown],
            bottom=start[shown],
            width=0.82,
            color=colour,
            hatch=hatch,
            edgecolor="white" if not hatch else MUTED,
            linewidth=0.3,
        )
        above, below = above + values.clip(min=0), below + values.clip(max=0)
    axes.yaxis.set_major_formatter(Ticks(words))
    axes.xaxis.set_major_locator(MaxNLocator(6, integer=True))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: str(int(value))))
    axes.grid(axis="y")
    axes.set_axisbelow(True)
    axes.set_xlim(parts.index[0] - 0.6, parts.index[-1] + 0.6)
    axes.axhline(0, color=LINE, linewidth=0.8)


def yearly_texts(edition: Edition) -> tuple[str, str]:
    """The dearest year, and for each option its dearest year and its largest category."""
    table = yearly_extremes(edition.findings.yearly)
    title = edition("chart.yearly.title", table.loc[table["peak"].idxmax()].to_dict())
    return title, edition(
        "chart.yearly.alt", rows="; ".join(edition.each("chart.yearly.row", table.to_dict("records")))
    )


def plot_views(edition: Edition) -> Picture | None:
    """P50–P85 of the programme cost in the inside view, the mixture and the outside view."""
    findings, words = edition.findings, edition.words
    views, names = findings.views, edition.options
    if views["view"].nunique() < 2:
        return None
    shares = sorted(views["view"].unique())
    with sketch(1.35 + len(names) * (0.12 + 0.24 * len(shares))) as (figure, [[axes]]):
        for row, option in enumerate(names):
            for place, values in enumerate(views[views["option"] == option].sort_values("view").to_dict("records")):
                draw_view(axes, row + (place - (len(shares) - 1) / 2) * 0.26, values, shares, edition)
        row_labels(axes, list(names.values()))
        number_axis(axes, words, words("chart.views.axis", prices=edition.prices))
        axes.set_xlim(left=min(0.0, axes.get_xlim()[0]))
        axes.margins(x=0.25)
        title, alt = views_texts(edition)
        return finish(figure, "views", title, words("chart.views.note"), alt)


def draw_view(axes: Axes, row: float, values: dict, shares: list[float], edition: Edition) -> None:
    """One view of one option: a line from P50 to P85, the P50 marked, the view named."""
    words = edition.words
    place = shares.index(values["view"])
    (colour, _), ends = edition.look(values["option"]), [values["programme_p50"], values["programme_p85"]]
    axes.plot(ends, [row, row], color=colour, linewidth=2.2, alpha=0.55, solid_capstyle="butt")
    filled = (PAPER, LINE, colour)[place if len(shares) == 3 else 2 * place]
    axes.plot(ends[:1], [row], marker=VIEW_MARKERS[place], color=colour, markerfacecolor=filled, markersize=6)
    label = words(
        "chart.views.label",
        view=edition.tell("view", values["view"]),
        p50=words.amount(values["programme_p50"]),
        p85=words.amount(values["programme_p85"]),
    )
    label = wrapped(label, fitted(200, 26), 2)
    axes.annotate(
        label,
        (max(values["programme_p85"], values["programme_p50"]), row),
        (5, 0),
        textcoords="offset points",
        va="center",
        fontsize=8,
    )


def views_texts(edition: Edition) -> tuple[str, str]:
    """How much dearer the outside view is for the best option, and every P50 and P85."""
    findings, words = edition.findings, edition.words
    views = findings.views
    names = edition.options
    best = findings.comparison.best
    median = views[views["option"] == best].set_index("view")["programme_p50"]
    title = words(
        "chart.views.title", option=names[best], inside=words.amount(median[0.0]), outside=words.amount(median[1.0])
    )
    rows = [
        words(
            "chart.views.row",
            name=names[row["option"]],
            view=edition.tell("view", row["view"]),
            p50=words.amount(row["programme_p50"]),
            p85=words.amount(row["programme_p85"]),
        )
        for row in views.to_dict("records")
    ]
    return title, words("chart.views.alt", rows="; ".join(rows))


def plot_published_totals(edition: Edition) -> Picture | None:
    """Published totals that cut across rows beside the model's totals of the same categories."""
    findings, words = edition.findings, edition.words
    table = findings.published_totals
    if table.empty:
        return None
    rows = table.to_dict("records")
    with sketch(1.35 + 0.75 * len(rows)) as (figure, [[axes]]):
        for place, row in enumerate(rows):
            for shift, name, value, filled in (
                (-0.16, "published", row["likely"], True),
                (0.16, "model", row["model_total"], False),
            ):
                axes.plot([0, value], [place + shift] * 2, color=LINE, linewidth=1.2)
                axes.plot(
                    [value],
                    [place + shift],
                    marker="o" if filled else "s",
                    color=ACCENT,
                    markerfacecolor=ACCENT if filled else PAPER,
                    markersize=7,
                )
                axes.annotate(
                    words(f"chart.published.{name}", amount=words.amount(value)),
                    (value, place + shift),
                    (8, 0),
                    textcoords="offset points",
                    va="center",
                    fontsize=8.5,
                )
        row_labels(axes, [edition.named(row) for row in rows], 30)
        number_axis(axes, words, words("chart.published.axis"))
        axes.margins(x=0.35)
        axes.set_xlim(
            left=min(0, axes.get_xlim()[0]) if min(table["likely"].min(), table["model_total"].min()) < 0 else 0
        )
        title, alt = published_texts(rows, edition)
        return finish(figure, "published-totals", title, words("chart.published.note"), alt)


def published_texts(rows: list[dict], edition: Edition) -> tuple[str, str]:
    """The first total beside the model's, and all of them."""
    words = edition.words
    texts = [
        words(
            "chart.published.row",
            name=edition.named(row),
            published=words.amount(row["likely"]),
            model=words.amount(row["model_total"]),
        )
        for row in rows
    ]
    return words(
        "chart.published.title", published=words.amount(rows[0]["likely"]), model=words.amount(rows[0]["model_total"])
    ), "; ".join(texts) + "."


def plot_reference_class(edition: Edition) -> Picture | None:
    """What comparable programmes cost, as a multiple of the plan; bounds are hollow with an arrow."""
    findings, words = edition.findings, edition.words
    table = (
        findings.inputs.tables["reference_class"]
        .query("role == 'core' and cost_ratio.notna()")
        .sort_values("cost_ratio", kind="stable")
    )
    if table.empty:
        return None
    quantiles = findings.class_quantiles.set_index("ratio").loc["cost"]
    with sketch(1.5 + 0.25 * len(table)) as (figure, [[axes]]):
        for place, row in enumerate(table.to_dict("records")):
            draw_programme(axes, place, row, words)
        row_labels(axes, [edition.named(row) for row in table.to_dict("records")], 52, 1)
        axes.axvline(1, color=INK, linewidth=1)
        axes.axvline(quantiles["p50"], color=MUTED, linestyle=(0, (3, 2)), linewidth=1)
        axes.annotate(
            words("chart.class.median", ratio=words.number(quantiles["p50"], 2)),
            (quantiles["p50"], 0),
            (4, 4),
            xycoords=("data", "axes fraction"),
            textcoords="offset points",
            color=MUTED,
            fontsize=8.5,
        )
        number_axis(axes, words, words("chart.class.axis"))
        axes.margins(x=0.1)
        title, alt = class_texts(edition, table)
        return finish(figure, "reference-class", title, words("chart.class.note"), alt)


def draw_programme(axes: Axes, place: int, row: dict, words: Words) -> None:
    """One programme: filled where the outcome is known, hollow with an arrow where it is a bound."""
    bound = row["censored"] in ("cost", "both")
    if bound:
        axes.annotate(
            "",
            (row["cost_ratio"], place),
            (26, 0),
            textcoords="offset points",
            arrowprops={"arrowstyle": "<-", "color": ACCENT, "linewidth": 1.2},
        )
    axes.plot(
        [row["cost_ratio"]],
        [place],
        marker="o",
        color=ACCENT,
        markerfacecolor=PAPER if bound else ACCENT,
        markersize=6.5,
    )
    text = words.number(row["cost_ratio"], 2)
    axes.annotate(
        words("chart.class.bound", ratio=text) if bound else text,
        (row["cost_ratio"], place),
        (28 if bound else 7, 0),
        textcoords="offset points",
        va="center",
        fontsize=8.5,
        bbox=ON_PAPER,
    )


def class_texts(edition: Edition, table: pd.DataFrame) -> tuple[str, str]:
    """The median and how many programmes it comes from, and each of them."""
    findings, words = edition.findings, edition.words
    quantiles = findings.class_quantiles.set_index("ratio").loc["cost"]
    title = edition(
        "chart.class.title",
        count=words.number(len(table)),
        p50=words.number(quantiles["p50"], 2),
        p80=words.number(quantiles["p80"], 2),
    )
    rows = [f"{edition.named(row)} {words.number(row['cost_ratio'], 2)}" for row in table.to_dict("records")]
    return title, edition("chart.class.alt", rows="; ".join(rows))
