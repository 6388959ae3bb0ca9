"""The pages as a browser shows them: on a phone, on a tablet and on a screen, to everybody, and on paper."""

import re
import subprocess
from pathlib import Path

import pytest

from tests.conftest import need

pytest.importorskip("playwright")

WIDTHS = (360, 768, 1280)
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
LARGEST = 2_500_000
MEASURED = """() => {
    const shown = element => element.getClientRects().length > 0;
    const wide = [...document.querySelectorAll('.table')].filter(one => shown(one) && one.scrollWidth > one.clientWidth + 1);
    const letters = [...document.querySelectorAll('figure svg')].filter(shown).flatMap(svg => {
        const scale = svg.getBoundingClientRect().width / svg.viewBox.baseVal.width;
        return [...svg.querySelectorAll('text')].map(text => scale * parseFloat(getComputedStyle(text).fontSize));
    });
    return {page: document.documentElement.scrollWidth, screen: document.documentElement.clientWidth,
            wide: wide.map(one => one.className), letters: Math.min(...letters),
            back: document.querySelector('.back a')?.getBoundingClientRect().top ?? -1};
}"""


def opened(paths: list[Path], checked: list[Path]) -> dict[tuple[str, int], dict]:
    """What each page shows at each width, in one browser: errors, requests, measures, and faults by axe-core.

    axe-core takes long: it sees those `checked` at every width, and all on a phone.
    """
    from axe_playwright_python.sync_playwright import Axe
    from playwright.sync_api import sync_playwright

    found = {}
    with sync_playwright() as player:
        browser = player.chromium.launch(executable_path=need("chromium"), args=["--no-sandbox"])
        for path in paths:
            for width in WIDTHS:
                page, errors, asked = browser.new_page(viewport={"width": width, "height": 800}), [], []
                page.on("console", lambda message, errors=errors: errors.append(message.text))
                page.on("pageerror", lambda error, errors=errors: errors.append(str(error)))
                page.on("request", lambda request, asked=asked: asked.append(request.url))
                page.goto(path.as_uri())
                asked_of = path in checked or width == WIDTHS[0]
                contrast = {"color-contrast": {"enabled": width != WIDTHS[1]}}  # which shows what the widest does, and takes half of the time
                options = {"runOnly": RULES, "resultTypes": ["violations"], "rules": contrast}
                faults = Axe().run(page, options=options).response["violations"] if asked_of else []
                page.evaluate("window.scrollTo(0, document.body.scrollHeight / 2)")
                told = [f"{one['id']}: {one['nodes'][0]['html'][:120]}" for one in faults]
                found[str(path), width] = page.evaluate(MEASURED) | {"faults": told, "errors": errors, "asked": asked[1:]}
                page.close()
        browser.close()
    return found


@pytest.fixture(scope="module")
def pages(appendix, other_appendix) -> list[Path]:
    """Every page of a decision with eight options and of one with seven."""
    return sorted(page for run in (appendix, other_appendix) for page in run.glob("*.html"))


@pytest.fixture(scope="module")
def shown(pages, appendix):
    return opened(pages, list(appendix.glob("*.html")))


def test_no_page_breaks_a_rule_of_accessibility_at_any_width(shown):
    assert {place: one["faults"] for place, one in shown.items() if one["faults"]} == {}


def test_no_page_scrolls_sideways_at_any_width(shown):
    assert {place: one["page"] for place, one in shown.items() if one["page"] > one["screen"]} == {}


def test_the_options_stand_side_by_side_or_as_cards_and_never_scroll(shown):
    assert [place for place, one in shown.items() if any(re.search(r"\b(measures|options|options_now)\b", look) for look in one["wide"])] == []


def test_no_table_short_enough_to_be_cards_scrolls_on_a_phone(shown):
    assert [place for place, one in shown.items() if place[1] == 360 and any("cards" in look.split() for look in one["wide"])] == []


def test_the_letters_of_figures_are_large_enough_to_read_at_any_width(shown):
    assert {place: one["letters"] for place, one in shown.items() if one["letters"] < 8} == {}


def test_nothing_is_asked_of_the_net_and_nothing_fails(shown):
    assert {place: (one["errors"], one["asked"]) for place, one in shown.items() if one["errors"] or one["asked"]} == {}


def test_the_way_back_to_the_contents_stays_in_sight(shown):
    assert {place: one["back"] for place, one in shown.items() if not 0 <= one["back"] < 40} == {}


def test_every_page_is_small(pages):
    assert len(pages) > 1
    assert {page: page.stat().st_size for page in pages if page.stat().st_size > LARGEST} == {}


def test_behind_every_figure_stand_its_numbers(pages):
    for page in pages:
        parts = page.read_text("utf-8").split('<figure id="')[1:]
        assert [part.partition('"')[0] for part in parts if "<table" not in part.partition("</figure>")[2][:400]] == []


def test_paper_shows_what_a_screen_folds(pages, tmp_path):
    page = min((page for page in pages if "<details>" in page.read_text("utf-8")), key=lambda page: page.stat().st_size)
    folded = re.search(r"<details>.*?<caption>(.*?)</caption>", page.read_text("utf-8"), re.DOTALL)[1]
    paper = tmp_path / "paper.pdf"
    subprocess.run([need("chromium"), "--headless", "--no-sandbox", "--disable-gpu", "--no-pdf-header-footer", f"--print-to-pdf={paper}", page.as_uri()], check=True, capture_output=True)
    text = subprocess.run([need("pdftotext"), paper, "-"], check=True, capture_output=True, text=True).stdout
    assert re.sub(r"\W", "", re.sub("<.*?>", "", folded)) in re.sub(r"\W", "", text)
