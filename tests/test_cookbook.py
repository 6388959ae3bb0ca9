"""docs/cookbook.md: twelve questions, each answered in at most five lines that work."""

import re
import shlex
import shutil
from pathlib import Path

import nbformat
import pytest

from fvmanalys.run.suite import read_suite
from tests.test_cli import call
from tests.test_forms import fill
from tests.test_own_place import PNG
from tests.tiny import write_tiny

ROOT = Path(__file__).parents[1]
TEXT = (ROOT / "docs/cookbook.md").read_text("utf-8")
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```", TEXT, re.MULTILINE | re.DOTALL)
ROWS = {
    "timeline": [{"option_id": option, "event_id": "done", "is": (6, 12, 30)} for option in "AB"],
    "contracts": [
        {"option_id": "A", "item_id": "fee", "category": "c", "basis": "total", "to_event": "done", "is": (60, 100, 180)},
        {"option_id": "B", "item_id": "fee", "category": "c", "basis": "total", "to_event": "done", "is": (100, 140, 200)},
    ],
    "levels": [{"option_id": option, "area_id": area, "from_event": "done", "is": (20, 50, 70)} for option in "AB" for area in ("care", "access")],
}  # fmt: skip


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """A project with a small decision, a copied template and something of its own."""
    folder = tmp_path_factory.mktemp("project")
    for name in ("data/raw", "notebooks", "out"):
        (folder / name).mkdir(parents=True)
    areas = {name: {"is": (20, 50, 80), "level_0": "none", "level_100": "all"} for name in ("care", "access")}
    write_tiny(folder / "data/raw", ("A", "B"), areas, {"value_per_point": (1, 4, 20)}, **ROWS)
    shutil.copy(ROOT / "notebooks/mall.ipynb", folder / "notebooks/min_fraga.ipynb")
    (folder / "logo.png").write_bytes(PNG)
    (folder / "words.toml").write_text('[sv.page]\nback = "Åter"\n', "utf-8")
    return folder


def test_there_are_twelve_questions_of_at_most_five_lines():
    parts = re.split(r"^## \d+\. ", TEXT, flags=re.MULTILINE)
    assert len(parts) - 1 == 12
    assert [part for part in parts if sum(block.count("\n") for _, block in re.findall(r"^```(\w+)\n(.*?)^```", part, re.MULTILINE | re.DOTALL)) > 5] == []


def test_every_python_block_runs_and_shows_something(monkeypatch, project):
    monkeypatch.chdir(project)
    names: dict = {}
    shown = []
    for kind, block in BLOCKS:
        if kind == "python":
            *first, last = re.split(r"\n(?=\S)", block.strip())
            assigned = re.match(r"\w+ = ", last)
            exec("\n".join([*first, last] if assigned else first), names)
            shown.append(names["findings"] if assigned else eval(last, names))
    assert len(shown) == 1 + 9
    start, dearer, turns, weights, moves, trace, uses, many, _, apart = shown
    assert dearer["after"].tolist() == ["low 110; likely 150; high 230"]
    assert turns["winner"] == "B" and turns["switching_value"] > turns["base"]
    assert weights["p_best"].sum() == pytest.approx(1)
    assert moves["A"].is_monotonic_decreasing and len(moves) == 4
    assert trace.value == pytest.approx(start.comparison.table.loc["A", "cost_p50"])
    assert "comparison/A/cost_mean" in set(uses["number"])
    assert many.size == 50 and set(many.to_numpy().ravel()) == {"A", "B"}
    assert (project / "draws.csv").read_text("utf-8").count("\n") > 4096
    assert set(apart.rows["owner_after"]) == {"Bo"} and apart.parts.index.tolist() == ["contracts/A", "levels/B"]


def test_a_form_goes_out_and_comes_back(monkeypatch, capsys, project):
    monkeypatch.chdir(project)
    sent, gathered = [block.split("\n")[0] for kind, block in BLOCKS if kind == "sh"]
    assert call(monkeypatch, capsys, *words_of(sent))[0] == 0
    for path, low in zip(sorted((project / "out").glob("care-*.xlsx")), (20, 30), strict=True):
        fill(path, {f"levels/{option}/care//done": (low, low + 20, low + 50, "So we think") for option in "AB"})
    code, _, err = call(monkeypatch, capsys, *words_of(gathered))
    assert (err, code) == ("", 0)
    assert "the analysts" in (project / "gathered/levels.csv").read_text("utf-8")


def words_of(line):
    return shlex.split(line)[1:]


def test_a_suite_takes_what_the_book_adds_to_it(project):
    assert nbformat.read(project / "notebooks/min_fraga.ipynb", 4).cells
    (project / "suite.toml").write_text("".join(block for kind, block in BLOCKS if kind == "toml"), "utf-8")
    suite = read_suite(project / "suite.toml")
    assert [one.section for one in suite.notebooks] == [True]
    assert suite.place["accent"] == "#7a1f3d" and suite.place["words"] == {"sv": {"page.back": "Åter"}}
