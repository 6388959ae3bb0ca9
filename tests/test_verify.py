"""A published run made anew: the same, or where it differs; any file that was touched; and runs held against one another."""

import json
import os
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from fvmanalys.errors import UsageError
from fvmanalys.run import folder as place
from fvmanalys.run import publish
from fvmanalys.run.chain import (
    BROKEN,
    DAMAGED,
    DIFFERENT,
    SAME_NUMBERS,
    TAMPERED,
    WHOLE,
    published_before,
    verify_chain,
)
from fvmanalys.run.record import file_hashes, sha256
from fvmanalys.run.signature import private_key, sign
from fvmanalys.run.suite import read_suite
from fvmanalys.run.verify import table_differences, told_otherwise, verify
from tests.conftest import ROOT
from tests.decisions import library_decision, write_tables
from tests.soak.child import brief_runs

SUITE = read_suite(ROOT / "suite.toml")
FILES = ["beslutsbilaga.xlsx", "beslutsbilaga.html", "figures/comparison.svg", "notebooks/05_jamforelse.ipynb"]


@pytest.fixture
def run(other_appendix: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(other_appendix, tmp_path / "runs" / other_appendix.name))


def edit(run: Path, change) -> None:
    """Change a manifest as somebody would who tampers with it."""
    manifest = json.loads((run / "manifest.json").read_text("utf-8"))
    change(manifest)
    (run / "manifest.json").write_text(json.dumps(manifest), "utf-8")


def rehash(run: Path, *names: str) -> None:
    """Make the manifest agree with changed files."""
    edit(run, lambda manifest: manifest["outputs"].update({name: sha256(run / name) for name in names}))


def flip(path: Path, near: bytes = b"") -> None:
    """Change one byte of a file."""
    content = bytearray(path.read_bytes())
    content[content.index(near) if near else len(content) // 2] ^= 1
    path.write_bytes(content)


def test_files_changed_with_their_hashes_are_found_by_making_them_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    brief_runs(monkeypatch.setattr)
    suite = replace(SUITE, notebooks=[one for one in SUITE.notebooks if one.appendix or Path(one.path).stem == "05_jamforelse"], draws=64)
    run = publish.run(write_tables(tmp_path / "raw", library_decision(2)), tmp_path / "out", suite).path
    for name in FILES:
        flip(run / name)
    rehash(run, *FILES)
    found = verify(run, suite)
    assert found.verdict == DIFFERENT
    assert [place.split(":")[0] for place in found.places] == sorted(FILES)


@pytest.mark.parametrize("name", ["tables/comparison.csv", "raw/contracts.csv", "beslutsbilaga.xlsx", "beslutsbilaga.html"])
def test_a_single_changed_byte_is_found(run: Path, name: str) -> None:
    flip(run / name)
    found = verify(run, SUITE)
    assert (found.verdict, found.places) == (TAMPERED, [f"{name} was changed"])


def test_missing_and_added_files_are_found(run: Path) -> None:
    (run / "tables/views.csv").unlink()
    (run / "tables/extra.csv").write_text("a\n1\n")
    assert verify(run).places == ["tables/extra.csv was added", "tables/views.csv is missing"]


def test_what_is_neither_file_nor_folder_of_files_is_found_and_no_link_is_followed(run: Path, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.mkdir()
    (secret / "note.txt").write_text("not ours")
    (run / "tables/aside").symlink_to(secret)
    (run / "lost").symlink_to(tmp_path / "nowhere")
    (run / "empty").mkdir()
    os.mkfifo(run / "pipe")
    found = verify(run)
    assert found.verdict == TAMPERED
    assert sorted(found.places) == [
        "empty is an empty folder, and was added", "lost is a link, and was added", "pipe is no file, and was added",
        "tables/aside is a link, and was added",
    ]  # fmt: skip


def test_a_file_that_became_a_link_to_its_equal_is_found(run: Path, tmp_path: Path) -> None:
    shutil.move(run / "beslutsbilaga.html", tmp_path / "elsewhere.html")
    (run / "beslutsbilaga.html").symlink_to(tmp_path / "elsewhere.html")
    assert verify(run).places == ["beslutsbilaga.html is missing", "beslutsbilaga.html is a link, and was added"]


def test_a_changed_digit_is_found_even_if_the_manifest_was_changed_too(run: Path) -> None:
    path = run / "tables/sources.csv"
    path.write_text(path.read_text("utf-8").replace("2023-11-01", "2023-11-02"), "utf-8")
    rehash(run, "tables/sources.csv")
    found = verify(run, SUITE)
    assert found.verdict == DIFFERENT
    assert found.places == ["sources.csv:2: published: 2023-11-02 then, 2023-11-01 now"]


def test_another_answer_in_the_manifest_is_found(run: Path) -> None:
    edit(run, lambda manifest: manifest.update(answer="Q is best."))
    found = verify(run, SUITE)
    assert found.verdict == DIFFERENT and found.places[0].startswith("manifest.json: answer: 'Q is best.' then, ")


def test_another_name_in_the_manifest_is_no_verified_run(run: Path) -> None:
    edit(run, lambda manifest: manifest.update(run_id="2024-06-01-0123456789"))
    found = verify(run, SUITE)
    assert found.verdict == SAME_NUMBERS and found.places[-1].startswith("run_id: 2024-06-01-0123456789 then, ")


def test_public_is_decided_by_what_the_tables_hold(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fvmanalys.run.verify.Edition", lambda findings, lang: None)
    monkeypatch.setattr("fvmanalys.run.verify.answer", lambda edition: ["a."])
    asked = SimpleNamespace(lang="sv")
    for public, confidential, said in ((True, True, 1), (True, False, 0), (False, True, 0)):
        inputs = SimpleNamespace(confidential=confidential)
        assert len(list(told_otherwise({"answer": "a.", "public": public}, inputs, None, asked))) == said


@pytest.mark.parametrize("text", ["", "{", '{"run_id": 1}', "[]", "\x00" * 100, '"text"'])
def test_a_damaged_manifest_is_told_from_tampering(run: Path, text: str) -> None:
    (run / "manifest.json").write_text(text)
    assert verify(run).verdict == DAMAGED


def test_other_versions_with_the_same_numbers_are_told_apart(run: Path) -> None:
    edit(run, lambda manifest: manifest["versions"].update(numpy="1.0"))
    found = verify(run, SUITE)
    assert found.verdict == SAME_NUMBERS
    assert any(place.startswith("numpy: 1.0 then") for place in found.places)


def test_the_hash_that_was_written_down_tells_a_run_from_another(run: Path) -> None:
    digest = sha256(run / "manifest.json")
    edit(run, lambda manifest: manifest.update(created="2020-01-01T00:00:00+00:00"))
    assert verify(run, SUITE, expect=digest).verdict == TAMPERED


@pytest.mark.parametrize("former", ["../../x", "..", "/etc", "a/b", "2024-06-01-0123456789/../x"])
def test_a_former_run_elsewhere_is_not_read(run: Path, former: str) -> None:
    from fvmanalys.run.verify import former_of

    assert former_of(run, {"former": former}) is None


def test_numbers_are_compared_to_nine_digits(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("x\n1.00000000001\n2\n")
    assert table_differences(tmp_path / "a.csv", "x\n1.0\n2.5\n") == ["a.csv:3: x: 2 then, 2.5 now"]


def test_a_folder_without_a_manifest_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="name the folder of a published run"):
        verify(tmp_path)


# Signatures


def keys(folder: Path, name: str) -> tuple[Path, Path]:
    """A private and a public key in files."""
    key = Ed25519PrivateKey.generate()
    private, public = folder / f"{name}.key", folder / f"{name}.pub"
    private.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    public.write_bytes(key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    return private, public


def test_a_signature_holds_for_its_key_and_its_manifest_alone(run: Path, tmp_path: Path) -> None:
    (mine, pub), (_, other) = keys(tmp_path, "mine"), keys(tmp_path, "other")
    assert verify(run, key=pub).places[0].startswith("manifest.sig: is missing")
    sign(run, private_key(mine))
    assert verify(run, SUITE, key=other).verdict == TAMPERED
    edit(run, lambda manifest: manifest.update(versions=manifest["versions"] | {"numpy": "1.0"}))
    assert verify(run, key=pub).verdict == TAMPERED
    sign(run, private_key(mine))
    assert verify(run, key=pub).verdict == SAME_NUMBERS


@pytest.mark.parametrize("text", ["", "no key", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"])
def test_a_file_that_is_no_key_is_refused_with_the_way_to_make_one(tmp_path: Path, text: str) -> None:
    (tmp_path / "key").write_text(text)
    with pytest.raises(UsageError, match=r"key.*; make one with: openssl genpkey"):
        private_key(tmp_path / "key")


@pytest.mark.skipif(not shutil.which("openssl"), reason="openssl is not installed")
def test_keys_of_openssl_are_read(tmp_path: Path) -> None:
    subprocess.run(["openssl", "genpkey", "-algorithm", "ed25519", "-out", tmp_path / "key"], check=True, timeout=60)
    assert private_key(tmp_path / "key")


# The chain


def chained(out: Path, count: int) -> list[Path]:
    """Runs that are no more than a manifest, published one after another."""
    runs = []
    for number in range(count):
        name = f"2024-06-0{number + 1}-0123456789"
        built = out / f"built-{number}"
        built.mkdir(parents=True)
        manifest = {"run_id": name, "previous": published_before(out, name), "number": number}
        (built / "manifest.json").write_text(json.dumps(manifest))
        runs.append(place.publish(built, out, name))
    return runs


def test_runs_that_nobody_touched_are_a_chain(tmp_path: Path) -> None:
    chained(tmp_path, 4)
    assert verify_chain(tmp_path).verdict == WHOLE


def changed(runs: list[Path]) -> None:
    edit(runs[1], lambda manifest: manifest.update(number=9))


def removed(runs: list[Path]) -> None:
    shutil.rmtree(runs[1])


def beheaded(runs: list[Path]) -> None:
    edit(runs[2], lambda manifest: manifest.update(previous=None))


def forked(runs: list[Path]) -> None:
    edit(runs[3], lambda manifest: manifest.update(previous=json.loads((runs[1] / "manifest.json").read_text())["previous"]))


def misled(runs: list[Path]) -> None:
    edit(runs[3], lambda manifest: manifest["previous"].update(run_id="../runs/2024-06-03-0123456789"))


@pytest.mark.parametrize("attack", [changed, removed, beheaded, forked, misled])
def test_a_run_changed_with_its_hashes_replaced_or_removed_breaks_the_chain(tmp_path: Path, attack) -> None:
    attack(chained(tmp_path, 4))
    found = verify_chain(tmp_path)
    assert found.verdict == BROKEN and found.places


def test_an_equal_run_that_is_intact_stays_so_that_its_hash_holds(tmp_path: Path) -> None:
    out = tmp_path / "out"
    for clock, text in ((1, "same"), (2, "same"), (3, "other")):
        built = tmp_path / f"built-{clock}"
        built.mkdir()
        (built / "table.csv").write_text(text)
        (built / "manifest.json").write_text(json.dumps({"run_id": "r", "created": clock, "log": None}))
        out.mkdir(exist_ok=True)
        target = place.publish(built, out, "2024-06-01-0123456789")
        assert json.loads((target / "manifest.json").read_text())["created"] == (1 if text == "same" else 3)
    assert set(file_hashes(target)) == {"table.csv", "manifest.json"}
