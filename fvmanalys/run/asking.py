"""Forms out to assessors: what the command form does."""

import fnmatch
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import pandas as pd

from fvmanalys.analysis import find
from fvmanalys.analysis.information import evppi_all
from fvmanalys.analysis.pooling import ANSWERED, even, pool
from fvmanalys.errors import UsageError
from fvmanalys.evidence import Inputs, load
from fvmanalys.evidence.fields import WRITTEN
from fvmanalys.evidence.forms import INPUTS, Asked, Question, read_calibration, sent_to
from fvmanalys.evidence.rules import near, split
from fvmanalys.evidence.tables import ALL_OPTIONS, TABLES, bounds
from fvmanalys.report.digits import as_given
from fvmanalys.report.edition import Edition
from fvmanalys.report.forms import Page, calibration_page, page_of, write_form
from fvmanalys.report.words import Words, read_texts
from fvmanalys.run.outfile import written

__all__ = ["ANSWERS", "DRAWS", "ESTIMATES", "SEED", "SHOWN", "asked_of", "hand_out"]

ESTIMATES = "estimates"
MOST_WORTH = 12  # the word for any estimates, and how many are asked for by default
ANSWERS = "answers.csv"
SHOWN = ["role", "number", "id", *INPUTS, "reason"]
FEW, DRAWS, SEED = 64, 8192, 1
POOLED, GIVEN = 1, 4  # decimals of what the group says, and of what somebody wrote
CHOSEN = ("parameters", "viewpoints", "investigations", "limits")  # choices, and what is around the model
ANY = (-1e12, 1e12)


def hand_out(
    data: Path, what: str, out: Path, *, sent: str = "", ids: str = "", calibration: Path | None = None,
    after: Path | None = None, lang: str = "sv",
) -> Iterator[str]:  # fmt: skip
    """Write the forms of an area, or of estimates, one for each assessor; tell of each."""
    read_texts(lang)
    people = [(role, number) for role, count in sent_to(sent).items() for number in range(1, count + 1)]
    inputs, words = load(data), Words(lang)
    questions = read_calibration(calibration) if calibration else {}
    shown = read_answers(after) if after else None
    chosen = chosen_ids(inputs, what, ids)
    asked = asked_of(inputs, questions)
    page = page_of(Edition(find(inputs, FEW, SEED), lang), chosen, "" if what == ESTIMATES else what, after is not None)
    if shown is not None:
        page = with_group(page, shown, asked, words)
    practice = [calibration_page(questions, words)] if questions else []
    for role, number in people or [("", 0)]:
        name = "-".join(filter(None, [out.stem, re.sub(r"\W+", "-", role), f"{number:02}" if number else ""]))
        mine = (
            page if shown is None else with_own(page, shown[shown["role"].eq(role) & shown["number"].eq(number)], words)
        )
        whose = {"role": role, "number": number, **({"sent": sent} if sent else {})}
        with written(out.with_name(f"{name}.xlsx")) as path:
            write_form(path, [mine, *practice], asked, words, inputs.as_of, whose)
        yield f"{out.with_name(f'{name}.xlsx')}: {len(chosen)} numbers to judge"


def chosen_ids(inputs: Inputs, what: str, ids: str) -> list[str]:
    """The levels of an area, or the estimates of some ids or patterns, or those worth most to know."""
    table = inputs.estimates[inputs.estimates["option_id"].isin(["", ALL_OPTIONS, *inputs.options()])]
    table = table[[not TABLES[name].SECOND and name not in CHOSEN for name in table["table"]]]
    if what != ESTIMATES:
        if what not in inputs.areas:
            known = near(what, [*inputs.areas, ESTIMATES]) or f"name one of {', '.join(inputs.areas)}, or {ESTIMATES}"
            raise UsageError(f"form: there is no area {what!r}; {known}")
        areas = {row["id"]: row["area_id"] for row in inputs.records["levels"]}
        return [name for name in table["id"] if areas.get(name) == what]
    if ids:
        if unknown := [one for one in split(ids) if not fnmatch.filter(table["id"], one)]:
            known = near(unknown[0], table["id"]) or "ids are made of table and key, as contracts/A/licence"
            raise UsageError(f"form: there is no estimate {unknown[0]!r} to judge; {known}")
        return [name for name in table["id"] if any(fnmatch.fnmatch(name, one) for one in split(ids))]
    knowledge = find(inputs, DRAWS, SEED).knowledge
    possible = set(table["id"])
    columns = {name: column for name, column in knowledge.columns.items() if name in possible}
    worth = evppi_all(knowledge.benefit(), columns)["evppi"].sort_values(ascending=False, kind="stable")
    found = [str(name) for name in worth[worth > 0].index[:MOST_WORTH]]
    if not found:
        raise UsageError("form: no single number is worth anything to know; name some with --ids")
    return found


def asked_of(inputs: Inputs, questions: Mapping[str, Question]) -> Asked:
    """Between what each answer may lie."""
    found = {}
    for row in inputs.estimates.to_dict("records"):
        (least, most), (low, high) = bounds(row["table"], row["unit"]), WRITTEN.get(row["unit"], ANY)
        found[row["id"]] = max(low, least), min(high, most)
    return found | dict.fromkeys(questions, ANY)


def read_answers(folder: Path) -> pd.DataFrame:
    path = folder / ANSWERS if folder.is_dir() else folder
    try:
        return pd.read_csv(path, keep_default_na=False)[SHOWN].astype(dict.fromkeys(INPUTS, float) | {"number": int})
    except (OSError, ValueError, KeyError) as error:
        raise UsageError(f"{path}: holds no answers ({error}); name the folder that collect wrote") from error


def with_group(page: Page, shown: pd.DataFrame, asked: Asked, words: Words) -> Page:
    """A page with what the group said of each number: its pool, and how many answered."""
    lines = []
    for line in page.lines:
        mine = shown.loc[shown["id"].eq(line.key), list(INPUTS)].to_numpy()
        group = "–"
        if len(mine):
            pooled = pool(mine, even(len(mine)), asked[line.key]).quantile(ANSWERED).tolist()
            group = words("form.group", answer=told(words, pooled, POOLED), count=len(mine))
        lines.append(replace(line, group=group))
    return replace(page, lines=lines)


def with_own(page: Page, mine: pd.DataFrame, words: Words) -> Page:
    """A page with what this assessor said before."""
    known = {row["id"]: told(words, [row[name] for name in INPUTS], GIVEN) for row in mine.to_dict("records")}
    return replace(page, lines=[replace(line, own=known.get(line.key, "–")) for line in page.lines])


def told(words: Words, answer: Sequence[float], most: int) -> str:
    """An answer as a text, with at most so many decimals, or two digits of what is small."""
    decimals = max(as_given(one, most) for one in answer)
    low, middle, high = (words.number(one, decimals) for one in answer)
    return words("quantity.range", likely=middle, ends=words.between(low, high))
