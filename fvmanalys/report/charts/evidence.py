"""What the figures rest on: facts, judgements and assumptions, table by table."""

import pandas as pd

from fvmanalys.report.edition import Edition
from fvmanalys.report.figure import Picture, finish, number_axis, row_labels, sketch
from fvmanalys.report.palette import ACCENT, KIND_FILLS

__all__ = ["plot_evidence"]


def plot_evidence(edition: Edition) -> Picture:
    """Bars of facts, judgements and assumptions: one a table, the longest on top."""
    findings, words = edition.findings, edition.words
    counts = findings.evidence_by_table
    counts = counts.loc[counts.sum(axis=1).sort_values(ascending=False, kind="stable").index]
    with sketch(1.5 + 0.36 * len(counts)) as (figure, [[axes]]):
        for row, (_, values) in enumerate(counts.iterrows()):
            start = 0
            for kind, (colour, hatch) in KIND_FILLS.items():
                axes.barh(
                    row,
                    values[kind],
                    left=start,
                    height=0.56,
                    facecolor=colour,
                    hatch=hatch,
                    edgecolor=ACCENT,
                    linewidth=0.8,
                    label=words(f"kind.{kind}") if row == 0 else None,
                )
                start += values[kind]
            axes.annotate(
                words.number(start), (start, row), (5, 0), textcoords="offset points", va="center", fontsize=8.5
            )
        row_labels(axes, [words(f"table_name.{name}") for name in counts.index], 34)
        number_axis(axes, words, words("chart.evidence.axis"))
        axes.legend(loc="lower right")
        title, alt = evidence_texts(edition, counts)
        return finish(figure, "evidence", title, words("chart.evidence.note"), alt)


def evidence_texts(edition: Edition, counts: pd.DataFrame) -> tuple[str, str]:
    """The most common kind and its share, and the counts of every table."""
    findings, words = edition.findings, edition.words
    shares = findings.evidence_counts.set_index("kind")["share"]
    kind = shares.idxmax()
    title = edition("chart.evidence.title", share=words.share(shares.max()), kind=edition(f"kinds.{kind}"))
    rows = [
        edition(
            "chart.evidence.row",
            table=edition(f"table_name.{name}"),
            **{f"{one}s": words.number(row[one]) for one in KIND_FILLS},
        )
        for name, row in counts.iterrows()
    ]
    return title, edition("chart.evidence.alt", rows="; ".join(rows))
