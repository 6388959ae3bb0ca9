"""Answers back from assessors: what the command collect does."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path

import numpy as np
import pandas as pd

from fvmanalys.analysis import find
from fvmanalys.analysis.pooling import (
    ANSWERED,
    Fitted,
    Pool,
    Scores,
    calibrated,
    even,
    fitted,
    pools_of,
    worth_of_disagreement,
)
from fvmanalys.errors import UsageError
from fvmanalys.evidence import Inputs, load
from fvmanalys.evidence.append import append_rows
from fvmanalys.evidence.forms import INPUTS, Asked, Form, Question, read_calibration, read_forms
from fvmanalys.evidence.superseding import superseding
from fvmanalys.model.draws import Floats
from fvmanalys.report.collected import Collected, write_collected
from fvmanalys.report.edition import Edition
from fvmanalys.report.words import Words, read_texts
from fvmanalys.run.asking import ANSWERS, DRAWS, SEED, SHOWN, asked_of
from fvmanalys.run.outfile import written
from fvmanalys.run.tidy import tidy_csv

__all__ = ["BOOK", "POOLS", "collect"]

BOOK = "collected.xlsx"
POOLS = ("equal", "calibration", "median")
SCORES = ("calibration", "information", "weight")
DIGITS = 10  # of a pooled number


def collect(
    data: Path, files: Sequence[Path], out: Path, owner: str, known_from: str, *, pooled: str = "equal",
    calibration: Path | None = None, lang: str = "sv", write: bool = False, draws: int = DRAWS,
) -> list[str]:  # fmt: skip
    """Read forms, pool what they say, and write it; tell what came of it. Nothing is written where a form is broken."""
    read_texts(lang)
    day = checked(data, out, owner, known_from, pooled)
    inputs = load(data)
    questions = read_calibration(calibration) if calibration else {}
    asked = asked_of(inputs, questions)
    found = Gathered(inputs, read_forms(files, asked), asked, questions, pooled)
    found.check()
    evidence = {"kind": "judgement", "source_id": "", "known_from": day.isoformat(), "owner": owner.strip()}
    made = superseding(inputs, {name: found.cells(name, lang) | evidence for name in found.ids}, day)
    findings = find(untied(made.inputs, found.ids), draws, SEED)
    alone, worth = worth_of_disagreement(findings.comparison, found.answers, found.weights)
    told = Collected(
        found.tables(alone), len(found.answering), pooled, worth, found.missing, bool(questions) and found.lacks_scores
    )
    with written(out / BOOK) as path:
        said = write_collected(told, Edition(findings, lang), path)
    for name, text in (made.texts | {ANSWERS: tidy_csv(told.tables["collected_answers"][SHOWN])}).items():
        with written(out / name) as path:
            path.write_text(text, encoding="utf-8", newline="")
    if write:
        files = append_rows(inputs.folder, made.rows, lambda folder: load(folder, made.inputs.as_of))
        rows = [
            f"{path}: has the rows of {out / path.with_suffix('.csv').name} at its end, from {day}" for path in files
        ]
    else:
        rows = [
            f"{out / name}: rows to copy to the end of {inputs.folder / name}; they count from {day}"
            for name in made.texts
        ]
    return [*said, str(out / BOOK), *rows, f"{out / ANSWERS}: for a second round, form … --after {out}"]


def checked(data: Path, out: Path, owner: str, known_from: str, pooled: str) -> date:
    """The day of the judgements; UsageError where what was asked cannot be done."""
    if pooled not in POOLS:
        raise UsageError(f"collect: --pool {pooled!r} is not known; use {', '.join(POOLS)}")
    if not owner.strip():
        raise UsageError("collect: --owner is empty; say who stands for the judgements, an organisation or a role")
    if out.resolve() == data.resolve():
        raise UsageError(f"{out}: holds the raw tables; name another folder with --out, and copy the rows from there")
    try:
        return date.fromisoformat(known_from)
    except ValueError as error:
        raise UsageError(f"collect: --known-from {known_from!r} is not a date; write it as year-month-day") from error


@dataclass(frozen=True)
class Gathered:
    """The forms that were handed in, and what they come to together; assessors stand in order of role and number."""

    inputs: Inputs
    forms: list[Form]
    asked: Asked
    questions: dict[str, Question]
    pooled: str

    def check(self) -> None:
        """Raise UsageError where there is nothing to pool in the way asked for."""
        if not self.ids:
            raise UsageError("collect: no form has an answer in it; gather those that are filled in")
        if self.pooled == "calibration" and self.lacks_scores:
            remedy = "name the practice questions with --calibration, or pool with --pool equal"
            raise UsageError(f"collect: no assessor is calibrated; {remedy}")

    @cached_property
    def ids(self) -> list[str]:
        """The estimates that anybody judged, in the order of the raw tables."""
        judged = {key for form in self.forms for key in form.answers}
        return [name for name in self.inputs.estimates["id"] if name in judged]

    @cached_property
    def answering(self) -> list[Form]:
        """The forms with an answer in them."""
        return [form for form in self.forms if not form.answers.keys().isdisjoint(self.ids)]

    @cached_property
    def answers(self) -> dict[str, Floats]:
        """What each assessor said of each estimate: assessors × 3."""
        return {name: self.given(name) for name in self.ids}

    def given(self, key: str) -> Floats:
        """What each assessor answered to one question: assessors × 3, NaN where nothing."""
        nothing = (np.nan,) * len(INPUTS)
        return np.array([form.answers[key][:3] if key in form.answers else nothing for form in self.answering])

    @cached_property
    def scores(self) -> Scores:
        """How well the assessors answered what is known."""
        given = [self.given(key) for key in self.questions]
        practice = np.stack(given, axis=1) if given else np.empty((len(self.answering), 0, len(INPUTS)))
        return calibrated(practice, np.array([one.answer for one in self.questions.values()]))

    @property
    def lacks_scores(self) -> bool:
        """Whether the practice questions, asked or not, give nobody a weight."""
        return not self.scores.weights.any()

    @property
    def weights(self) -> Floats:
        """The weight of each assessor in the pool that is used."""
        return self.scores.weights if self.pooled == "calibration" else even(len(self.answering))

    @cached_property
    def pools(self) -> dict[str, dict[str, Pool]]:
        """The pools of each estimate side by side."""
        return {name: pools_of(self.answers[name], self.scores.weights, self.asked[name]) for name in self.ids}

    def used(self, name: str) -> str:
        """Which pool an estimate's row rests on: weights by calibration need somebody who has one."""
        return self.pooled if self.pooled in self.pools[name] else "equal"

    @cached_property
    def rows(self) -> dict[str, Fitted]:
        """The row that comes nearest to the pool of each estimate."""
        return {name: fitted(self.pools[name][self.used(name)], self.asked[name]) for name in self.ids}

    @cached_property
    def units(self) -> dict[str, str]:
        """The unit of every estimate."""
        return dict(zip(self.inputs.estimates["id"], self.inputs.estimates["unit"], strict=True))

    def cells(self, name: str, lang: str) -> dict[str, str]:
        """The cells of the row that takes the place of an estimate's."""
        row = self.rows[name]
        words = Words(lang)
        shape = {"distribution": row.distribution, "ends": "p90" if row.distribution else "", "low": "", "high": ""}
        ends = {"low": row.low, "high": row.high} if row.distribution else {}
        numbers = {end: f"{one:.{DIGITS}g}" for end, one in (ends | {"likely": row.likely}).items()}
        roles = Counter(form.role or words("collected.nameless") for form in self.answering if name in form.answers)
        told = [words("collected.role_count", role=role, count=count) for role, count in sorted(roles.items())]
        about = {"unit": self.units[name], "stand_in": "", "assessor": ", ".join(told), "note": self.note(name, words)}
        return shape | numbers | about | ({} if lang == "en" else {"note_en": self.note(name, Words("en"))})

    def note(self, name: str, words: Words) -> str:
        """What a row rests on, and how far it is from that."""
        count = np.isfinite(self.answers[name][:, 1]).sum()
        misses = words.rough(self.rows[name].misses, self.units[name])
        return words("collected.note", pool=words(f"collected.pool.{self.used(name)}"), count=count, misses=misses)

    @cached_property
    def missing(self) -> list[tuple[str, int]]:
        """Who got a form and has not answered: role and number."""
        answered = {(form.role, form.number) for form in self.answering}
        handed_in = {form.number for form in self.forms}
        out = {(form.role, form.number) for form in self.forms} - answered
        for role, count in {pair for form in self.forms for pair in form.sent.items()}:
            silent = {(role, number) for number in range(1, count + 1)} - answered
            out |= {one for one in silent if role or one[1] not in handed_in}
        return sorted(one for one in out if one[1])

    def tables(self, worth: dict[str, float]) -> dict[str, pd.DataFrame]:
        """What is shown, by sheet."""
        return {
            "collected": pd.DataFrame(self.summaries(worth)).sort_values("worth", ascending=False, kind="stable"),
            "collected_pools": pd.DataFrame(
                {"id": name, "unit": self.units[name], "pool": pool, **percentiles(found), "mean": found.mean}
                for name in self.ids for pool, found in self.pools[name].items()
            ),
            "collected_answers": pd.DataFrame(
                {"id": name, "role": form.role, "number": form.number, **form.answers[name]._asdict()}
                for name in self.ids for form in self.answering if name in form.answers
            ),
            "collected_scores": pd.DataFrame(
                {"role": form.role, "number": form.number} | dict(zip(SCORES, one, strict=True))
                for form, *one in zip(self.answering, *vars(self.scores).values(), strict=True) if self.questions
            ),
        }  # fmt: skip

    def summaries(self, worth: dict[str, float]) -> Iterable[dict[str, object]]:
        """A row for each estimate: its pool, the ends of what was said, and what the disagreement is worth."""
        for name in self.ids:
            middles = self.answers[name][:, 1]
            yield {
                "id": name, "unit": self.units[name], "answered": int(np.isfinite(middles).sum()),
                **percentiles(self.pools[name][self.used(name)]), "lowest": np.nanmin(middles),
                "highest": np.nanmax(middles), "worth": worth[name], "misses": self.rows[name].misses,
            }  # fmt: skip


def percentiles(found: Pool) -> dict[str, float]:
    """The three percentiles of a pool."""
    return dict(zip(INPUTS, found.quantile(ANSWERED).tolist(), strict=True))


def untied(inputs: Inputs, ids: Sequence[str]) -> Inputs:
    """The inputs with some estimates tied to no common factor: what one assessor says of one moves no other."""
    rows = [inputs.row_of(name) for name in ids]
    for table in dict.fromkeys(table for table, _ in rows):
        free = [row | {"moves_with": "", "strength": None} for one, row in rows if one == table and row["moves_with"]]
        inputs = inputs.with_rows(table, free) if free else inputs
    return inputs
