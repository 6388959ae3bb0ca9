"""Forms that assessors have filled in: every cell checked, and every fault named with its sheet and cell."""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from fvmanalys.errors import EvidenceError, Fault, UsageError
from fvmanalys.evidence.cells import Cells, read_cells
from fvmanalys.evidence.encoding import Unreadable, decode
from fvmanalys.evidence.limits import read_bytes
from fvmanalys.evidence.read import holds_personal_identity
from fvmanalys.evidence.spelling import Misspelt, Number, Percent, plain_number, quoted

__all__ = [
    "CALIBRATION", "COLUMNS", "INPUTS", "MARK", "Answer", "Asked", "Form", "Question", "read_calibration", "read_forms",
    "sent_to",
]  # fmt: skip

MARK = "fvmanalys-form 1"  # stands in the column of keys, and says that a sheet is one of ours
COLUMNS = {name: chr(65 + place) for place, name in enumerate(
    ("number", "option", "what", "unit", "group", "own", "low", "likely", "high", "reason", "check", "key")
)}  # fmt: skip
INPUTS = ("low", "likely", "high")
FIELD = "what"  # the numbers of an answer; where role and number of a form stand
CALIBRATION = "calibration/"
MEGABYTES, LONGEST_REASON, MOST_FORMS = 2, 2_000, 9_999
ROLE = re.compile(r"[^\W\d_][\w .&()/-]{0,39}")
FORMS = "the forms"
FIELDS = ("role", "number", "sent")
A_SHARE = (0.0, 1.0)
NUMERIC = re.compile(r"[\s.,%\u2212-]*\d[\d\s.,%]*")
COUNT = re.compile(r"[1-9]\d{0,3}", re.ASCII)
BOOKS = (".xlsx", ".xlsm", ".xlsb", ".xls", ".ods")  # those that cannot be read are not passed over in silence
Asked = Mapping[str, tuple[float, float]]  # what is asked for by key, and between what an answer lies


class Question(NamedTuple):
    """A question whose answer is known, so that it can be told how well assessors judge what they do not know."""

    question: str
    question_en: str
    unit: str
    answer: float


class Answer(NamedTuple):
    """What an assessor says of one number: the 5th, 50th and 95th percentile, and why."""

    low: float
    likely: float
    high: float
    reason: str


class Form(NamedTuple):
    """A form that was handed in: whose it is (a role and a number, never a name), and the answers in it."""

    path: str
    role: str
    number: int
    sent: dict[str, int]
    answers: dict[str, Answer]


def sent_to(text: str) -> dict[str, int]:
    """How many forms went to each role: `12`, whatever their roles, or `midwife=8; doctor=4`."""
    found: dict[str, int] = {}
    for one in filter(None, (one.strip() for one in re.split("[;,]", text))):
        role, _, count = one.rpartition("=")
        possible = COUNT.fullmatch(count.strip()) and (not role or is_role(role.strip()))
        found[role.strip()] = int(count) if possible else MOST_FORMS + 1
    if sum(found.values()) > MOST_FORMS:
        remedy = f"give a number of forms, or roles as in 'midwife=8; doctor=4', at most {MOST_FORMS} in all"
        raise UsageError(f"--assessors {text!r}: {remedy}")
    return found


def is_role(text: str) -> bool:
    """Whether a text can be a role: short, and nothing that a spreadsheet would compute."""
    return ROLE.fullmatch(text) is not None and not holds_personal_identity(text)


def read_forms(paths: Iterable[Path], asked: Asked) -> list[Form]:
    """Read forms, in the order of whose they are; EvidenceError with every fault of every form."""
    files = [*dict.fromkeys(file for path in paths for file in (books_in(path) if path.is_dir() else [path]))]
    if not files:
        remedy = "name the files (*.xlsx), or the folder that they are in"
        raise UsageError(f"collect: there is no form among what was named; {remedy}")
    faults: list[Fault] = []
    forms = [form for path in files for form in read_form(path, asked, faults)]
    by_whom: dict[tuple[str, int], Form] = {}
    for form in sorted(forms, key=lambda form: (form.role, form.number, form.path)):
        other = by_whom.setdefault((form.role, form.number), form)
        if other.answers.keys() & form.answers.keys() and other is not form:
            problem = f"is handed in by {form.role!r} number {form.number}, as {other.path} is"
            faults.append(Fault(form.path, None, "form", problem, "remove one, or give one of them another number"))
        by_whom[form.role, form.number] = other._replace(answers=form.answers | other.answers)
    if faults:
        raise EvidenceError(sorted(faults, key=lambda one: (one.file, one.column)), FORMS)
    return list(by_whom.values())


def books_in(folder: Path) -> list[Path]:
    """The workbooks in a folder, but not those that a program has open."""
    return [
        file
        for file in sorted(folder.iterdir())
        if file.suffix.lower() in BOOKS and not file.name.startswith((".", "~$"))
    ]


def read_form(path: Path, asked: Asked, faults: list[Fault]) -> Iterator[Form]:
    """Read one form, if it is one; what is wrong with it is added to the faults."""
    try:
        sheets = [cells for cells in read_cells(read_bytes(path, MEGABYTES)) if MARK in cells.filled.values()]
    except Unreadable as error:
        faults.append(Fault(str(path), None, "file", error.problem, error.remedy))
        return
    answers: dict[str, Answer] = {}
    fields: dict[str, Row] = {}
    seen: set[str] = set()
    before = len(faults)
    for cells in sheets:
        keys = {row: text for (column, row), text in sorted(cells.filled.items()) if column == COLUMNS["key"]}
        if MARK not in keys.values():
            problem = f"has its columns moved: the keys do not stand in column {COLUMNS['key']}"
            faults.append(
                Fault(str(path), None, f"sheet {cells.sheet!r}", problem, "move them back, or use a new form")
            )
            return
        stray = [(row, name) for name in INPUTS for column, row in cells.filled if column == COLUMNS[name]]
        for row, name in sorted(stray):
            here = Row(str(path), cells, row, faults)
            if row not in keys and NUMERIC.fullmatch(here.text(name)):
                here.fault(name, f"{quoted(here.text(name))} answers no question", "write it in a row of the form")
        for row, key in keys.items():
            here = Row(str(path), cells, row, faults)
            if key in seen:
                here.fault("key", f"{quoted(key)} stands twice", "remove one of them, or use a new form")
            elif key in asked:
                answer = here.answer(key, asked[key])
                answers |= {key: answer} if answer else {}
            elif key in FIELDS:
                fields[key] = here
            elif "/" in key and not key.startswith(CALIBRATION):
                here.fault("key", f"{quoted(key)} is not asked for", "write new forms from these tables, and use those")
            seen |= {key} & {*asked, *FIELDS}
    if not {"role", "number"} <= fields.keys():
        faults.append(Fault(str(path), None, "file", "is no form of fvmanalys", "leave it out, or fill in a new form"))
        return
    begun = bool(answers) or len(faults) > before
    told = {key: here.of(key) for key, here in fields.items() if begun or here.text(FIELD)}
    yield Form(str(path), told.get("role", ""), int(told.get("number") or 0), sent_to(told.get("sent", "")), answers)


class Row(NamedTuple):
    """A row of a form being read."""

    path: str
    cells: Cells
    row: int
    faults: list[Fault]

    def text(self, column: str) -> str:
        """What stands in a column."""
        return self.cells.filled.get((COLUMNS[column], self.row), "")

    def fault(self, column: str, problem: str, remedy: str) -> None:
        """Add what is wrong with a cell."""
        place = f"sheet {self.cells.sheet!r}, cell {COLUMNS[column]}{self.row}"
        self.faults.append(Fault(self.path, None, place, problem, remedy))

    def of(self, key: str) -> str:
        """What the form says of itself, checked."""
        text = self.text(FIELD)
        if key == "role" and not is_role(text):
            remedy = "write a role in a few letters, such as midwife, and no name or number of a person"
            self.fault(FIELD, "has no role" if not text else "is no role", remedy)
        if key == "number" and not COUNT.fullmatch(text):
            self.fault(FIELD, f"{quoted(text)} is no number of a form", f"write a whole number from 1 to {MOST_FORMS}")
            return ""
        if key == "sent":
            try:
                sent_to(text)
            except UsageError:
                self.fault(FIELD, f"{quoted(text)} does not say to whom forms were sent", "copy it from another form")
                return ""
        return text

    def answer(self, key: str, within: tuple[float, float]) -> Answer | None:
        """The answer in this row, if it holds one."""
        before = len(self.faults)
        reason = self.text("reason")
        values = {name: self.number(name, within) for name in INPUTS}
        if holds_personal_identity(reason):
            self.fault("reason", "holds a personal identity number", "remove it: nobody is told of by name or number")
        if len(reason) > LONGEST_REASON:
            self.fault("reason", "is too long", f"write at most {LONGEST_REASON} letters")
        given = {name: value for name, value in values.items() if value is not None}
        if len(self.faults) > before or not given:
            return None
        for name in INPUTS:
            if name not in given:
                self.fault(name, "is empty though the row is begun", "give low, likely and high, or clear all three")
        low, likely, high = (given.get(name, 0.0) for name in INPUTS)
        if len(given) == len(INPUTS) and not low <= likely <= high:
            wrong = "low" if low > likely else "high"
            self.fault(wrong, f"{quoted(self.text(wrong))} lies on the wrong side of likely", "low <= likely <= high")
        if key.startswith(CALIBRATION) and not low < likely < high:
            self.fault("likely", "has no range around it", "a calibration question needs low < likely < high")
        return Answer(low, likely, high, reason) if len(self.faults) == before else None

    def number(self, column: str, within: tuple[float, float]) -> float | None:
        """The number in a column, checked; None where it is empty or wrong."""
        text = self.text(column)
        if (COLUMNS[column], self.row) in self.cells.uncomputed:
            self.fault(column, "has a formula without a computed value", "write the number")
            return None
        if not text:
            return None
        if within != A_SHARE and (isinstance(text, Percent) or re.fullmatch(r"[\d\s.,]+%", text)):
            hundredths = f"{100 * float(text):g}" if isinstance(text, Percent) else text.rstrip("% \u00a0")
            self.fault(
                column, f"'{hundredths} %' is a percentage", f"write {hundredths}, in a cell formatted as a number"
            )
            return None
        try:
            value = float(plain_number(text, ""))
        except Misspelt as error:
            remedy = error.remedy if isinstance(text, Number) else error.remedy.partition(", with decimal point")[0]
            self.fault(column, f"{quoted(text)} {error.problem}", remedy)
            return None
        if not within[0] <= value <= within[1]:
            self.fault(
                column, f"{quoted(text)} is out of bounds", f"write a number from {within[0]:g} to {within[1]:g}"
            )
            return None
        return value


def read_calibration(path: Path) -> dict[str, Question]:
    """Read questions with known answers: a CSV file with question_id, question, unit and answer (question_en)."""
    try:
        text = decode(read_bytes(path, MEGABYTES))
    except Unreadable as error:
        raise EvidenceError([Fault(str(path), error.row, "file", error.problem, error.remedy)], str(path)) from error
    mark = max(",;", key=text.partition("\n")[0].count)
    rows = csv.DictReader(io.StringIO(text, newline=""), delimiter=mark)
    if missing := {"question_id", "question", "unit", "answer"}.difference(rows.fieldnames or []):
        raise UsageError(f"{path}: has no column {', '.join(sorted(missing))}; name it in the first row")
    found = {}
    faults = []
    for row in rows:
        try:
            answer = float(plain_number((row["answer"] or "").strip(), "," if mark == ";" else "."))
            found[CALIBRATION + row["question_id"].strip()] = Question(
                row["question"], row.get("question_en") or row["question"], row["unit"], answer
            )
        except Misspelt as error:
            faults.append(
                Fault(
                    str(path), rows.line_num, "answer", f"{quoted(row['answer'] or '')} {error.problem}", error.remedy
                )
            )
    if faults:
        raise EvidenceError(faults, str(path))
    return found
