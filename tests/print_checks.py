"""What a printed page is: its smallest type and how far down it is filled, read from LibreOffice's own PDF."""

import re
import subprocess
from pathlib import Path
from typing import NamedTuple

from tests.conftest import need

TALLER = 1.164  # a line's box beside its type, in the font with the tallest lines that the pages are set in
LETTERS = 4  # a line of no more may be narrower than it is tall
FOOTER = 795.0  # points from the top, where the footer begins
LINE = re.compile(r'<line xMin="([\d.]+)" yMin="([\d.]+)" xMax="([\d.]+)" yMax="([\d.]+)">(.*?)</line>', re.DOTALL)


class Page(NamedTuple):
    """The smallest type on a page in points, and which part of its height is filled."""

    smallest: float
    filled: float


def pages(pdf: Path) -> list[Page]:
    """Every page of a PDF; upright text is as tall as its line is wide."""
    done = subprocess.run([need("pdftotext"), "-bbox-layout", str(pdf), "-"], capture_output=True, check=True)
    found = []
    for text in done.stdout.decode().split("<page ")[1:]:
        lines = [(tuple(map(float, line[:4])), len(re.sub(r"<[^>]*>|\s", "", line[4]))) for line in LINE.findall(text)]
        boxes = [box for box, _ in lines]
        sizes = [min(right - left, low - high) / TALLER for (left, high, right, low), letters in lines if letters > LETTERS]
        tops, ends = [box[1] for box in boxes], [box[3] for box in boxes if box[3] < FOOTER]
        found.append(Page(min(sizes), (max(ends) - min(tops)) / (FOOTER - min(tops))))
    return found
