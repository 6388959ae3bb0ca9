"""Executed notebooks of several variants as one: output by output, without the seed, with the notice of the public version."""

import re
from collections.abc import Callable, Sequence
from html import escape
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode

from fvmanalys.report.markup import paragraphs
from fvmanalys.run.masking.markup import merged_html
from fvmanalys.run.masking.values import Masks

__all__ = ["merged_notebook", "notices_of", "without_seed"]

SEED = re.compile(r"^seed\s*(?::\s*\w+\s*)?=.*\n?", re.MULTILINE)
Changed = Callable[[str], str]


def merged_notebook(variants: Sequence[Path], masks: Masks, notices: Sequence[str], told: Changed) -> NotebookNode:
    """One notebook of every variant as one; `told` changes what the outputs say of the seed."""
    notebooks = [nbformat.read(path, as_version=4) for path in variants]
    first = notebooks[0]
    for cells in zip(*(notebook.cells for notebook in notebooks), strict=True):
        if cells[0].cell_type == "code":
            cells[0]["source"] = SEED.sub("", cells[0]["source"]).rstrip("\n")
            cells[0]["outputs"] = merged_outputs([cell["outputs"] for cell in cells], masks, told)
    add_notices(first, notices)
    for number, cell in enumerate(first.cells, start=1):
        cell["id"] = f"cell-{number}"
    return first


def without_seed(text: str, said: str, instead: str) -> str:
    """A text or HTML with the sentence that names the seed replaced by one that does not."""
    for old, new in ((said, instead), (paragraphs(said)[3:-4], paragraphs(instead)[3:-4])):
        text = text.replace(old, new)
    return text


def merged_outputs(variants: Sequence[list[Any]], masks: Masks, told: Changed) -> list[Any]:
    """The outputs of one cell; one notice where the variants have not the same."""
    if len({tuple((output["output_type"], *output.get("data", {})) for output in outputs) for outputs in variants}) > 1:
        return [nbformat.v4.new_output("display_data", notices_of([masks.words("public.left_out")], "missing"))]
    return [merged_output(outputs, masks, told) for outputs in zip(*variants, strict=True)]


def merged_output(variants: Sequence[Any], masks: Masks, told: Changed) -> Any:
    """One output."""
    first = variants[0]
    if "text" in first:
        first["text"] = lines([output["text"] for output in variants], masks, told)
    if "data" in first:
        first["data"] = {kind: merged_data(kind, [output["data"][kind] for output in variants], masks, told) for kind in first["data"]}
    if any(output.get("metadata") != first.get("metadata") for output in variants):
        first["metadata"] = {}
    return first


def merged_data(kind: str, variants: Sequence[Any], masks: Masks, told: Changed) -> Any:
    """What an output holds of one kind."""
    if kind == "text/html":
        return merged_html([told(html) for html in variants], masks)
    if kind.startswith("text/"):
        return lines(variants, masks, told)
    return variants[0] if all(one == variants[0] for one in variants) else masks.words("public.left_out")


def lines(variants: Sequence[str], masks: Masks, told: Changed) -> str:
    """Plain text; of a line that names something confidential only the marker."""
    shown = masks.text([told(text) for text in variants])
    found = [(line, masks.marker.search(line)) for line in shown.split("\n")]
    return "\n".join(match.group() if match else line for line, match in found)


def add_notices(notebook: NotebookNode, notices: Sequence[str]) -> None:
    """Say at the top that this is the public version: below the title, whether a cell or an output holds it."""
    for place, cell in enumerate(notebook.cells):
        shown = [output.get("data", {}).get("text/html", "") for output in cell.get("outputs", [])]
        if cell.cell_type == "markdown":
            notebook.cells.insert(place + 1, nbformat.v4.new_markdown_cell("\n".join(f"> {notice}\n>" for notice in notices)[:-2]))
            return
        if any("<h1" in html for html in shown):
            after = next(number for number, html in enumerate(shown, start=1) if "<h1" in html)
            cell["outputs"].insert(after, nbformat.v4.new_output("display_data", notices_of(notices, "public")))
            return


def notices_of(notices: Sequence[str], style: str) -> dict[str, str]:
    """Notices as the data of an output."""
    return {"text/html": "".join(f'<p class="{style}">{escape(notice)}</p>' for notice in notices), "text/plain": "Html"}
