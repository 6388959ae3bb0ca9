"""A published run computed anew: the same, or where it differs; and any file that was touched."""

import json
import shutil
from pathlib import Path

import pytest

from fvmanalys.errors import UsageError
from fvmanalys.run.verify import DIFFERENT, SAME, SAME_NUMBERS, TAMPERED, table_differences, verify


@pytest.fixture
def run(other_appendix: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(other_appendix, tmp_path / "run"))


def rehash(run: Path, name: str) -> None:
    """Make the manifest agree with a changed file, as somebody who tampers with both would."""
    from fvmanalys.run.record import sha256

    manifest = json.loads((run / "manifest.json").read_text("utf-8"))
    manifest["outputs"][name] = sha256(run / name)
    (run / "manifest.json").write_text(json.dumps(manifest), "utf-8")


def test_an_untouched_run_is_the_same(run: Path) -> None:
    assert verify(run).verdict == SAME


@pytest.mark.parametrize("name", ["tables/comparison.csv", "raw/contracts.csv", "beslutsbilaga.xlsx", "beslutsbilaga.html"])
def test_a_single_changed_byte_is_found(run: Path, name: str) -> None:
    content = bytearray((run / name).read_bytes())
    content[len(content) // 2] ^= 1
    (run / name).write_bytes(content)
    found = verify(run)
    assert found.verdict == TAMPERED
    assert found.places == [f"{name} was changed"]


def test_missing_and_added_files_are_found(run: Path) -> None:
    (run / "tables/views.csv").unlink()
    (run / "tables/extra.csv").write_text("a\n1\n")
    assert verify(run).places == ["tables/extra.csv was added", "tables/views.csv is missing"]


def test_a_changed_digit_is_found_even_if_the_manifest_was_changed_too(run: Path) -> None:
    path = run / "tables/sources.csv"
    path.write_text(path.read_text("utf-8").replace("2023-11-01", "2023-11-02"), "utf-8")
    rehash(run, "tables/sources.csv")
    found = verify(run)
    assert found.verdict == DIFFERENT
    assert found.places == ["sources.csv:2: published: 2023-11-02 then, 2023-11-01 now"]


def test_other_versions_with_the_same_numbers_are_told_apart(run: Path) -> None:
    manifest = json.loads((run / "manifest.json").read_text("utf-8"))
    manifest["versions"]["numpy"] = "1.0"
    (run / "manifest.json").write_text(json.dumps(manifest), "utf-8")
    found = verify(run)
    assert found.verdict == SAME_NUMBERS
    assert any(place.startswith("numpy: 1.0 then") for place in found.places)


def test_numbers_are_compared_to_nine_digits(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("x\n1.00000000001\n2\n")
    assert table_differences(tmp_path / "a.csv", "x\n1.0\n2.5\n") == ["a.csv:3: x: 2 then, 2.5 now"]


def test_a_folder_without_a_manifest_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="name the folder of a published run"):
        verify(tmp_path)
