"""What the figures rest on: facts, judgements and assumptions, table by table."""

from fvmanalys.report.edition import Edition
from fvmanalys.report.figure import Picture, sketch
from fvmanalys.report.palette import KIND_FILLS
from fvmanalys.report.topics.sources import counts_by_table, counts_caption

__all__ = ["plot_evidence"]


def plot_evidence(edition: Edition) -> Picture:
    """Bars of facts, judgements and assumptions: one a table, the longest on top."""
    counts = counts_by_table(edition.findings)
    with sketch(edition.words, 1.5 + 0.36 * len(counts)) as drawing:
        [panel] = drawing.panels
        for row, (_, values) in enumerate(counts.iterrows()):
            start = 0
            for kind, fill in KIND_FILLS.items():
                label = edition(f"kind.{kind}") if row == 0 else None
                panel.bar(row, values[kind], start, fill, height=0.56, linewidth=0.8, label=label)
                start += values[kind]
            panel.say(edition.words.number(start), start, row)
        panel.rows([edition(f"table_name.{name}") for name in counts.index], 34)
        panel.across(edition("chart.evidence.axis"))
        panel.axes.legend(loc="lower right")
        return drawing.finish("evidence", counts_caption(edition))
