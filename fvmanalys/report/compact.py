"""A drawing made small: SVG without what no viewer needs, to a tenth of a point, with each hatch as one tile."""

import re
from collections.abc import Iterator
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

__all__ = ["compact"]

SVG, XLINK = "http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink"
FONTS = "DejaVu Sans,Verdana,sans-serif"  # Verdana, where DejaVu is not installed, is as wide
TILES = {  # a hatch by what it is drawn of: dots, lines both ways, lines one way
    "dots": (5, '<circle cx="1.5" cy="1.5" r=".8" fill="{ink}"/><circle cx="4" cy="4" r=".8" fill="{ink}"/>'),
    "crosses": (6, '<path d="M0 0L6 6M0 6L6 0" stroke="{ink}" stroke-width=".7"/>'),
    "lines": (6, '<path d="M-1 1L1-1M0 6L6 0M5 7L7 5" stroke="{ink}" stroke-width=".7"/>'),
}
POINT = re.compile(r"([MLCQzZ])|(-?[\d.]+(?:e-?\d+)?)")
NEAR = 0.12
MOST_PASSED = 60  # of a point: what nobody sees; points left out at a time


def compact(svg: str, title: str, about: str) -> str:
    """The same drawing in a fraction of the letters, with real text; `title` and `about` say what it shows."""
    root = ElementTree.fromstring(svg)
    ElementTree.register_namespace("", SVG)
    root.set("font-family", FONTS)
    for unwanted in ("version", "width", "height"):
        root.attrib.pop(unwanted, None)
    root.set("style", "stroke-linejoin:round;stroke-linecap:butt")
    for element in list(root):
        if element.tag == f"{{{SVG}}}metadata" or element.find(f"{{{SVG}}}style") is not None:
            root.remove(element)
    for name, text in (("desc", about), ("title", title)):
        said = Element(f"{{{SVG}}}{name}")
        said.text = text
        root.insert(0, said)
    tidied(root)
    return ElementTree.tostring(root, encoding="unicode").replace(" />", "/>")


def tidied(parent: Element) -> None:
    """Tidy what is inside an element; groups that only group give place to what they hold."""
    inside: list[Element] = []
    for element in parent:
        if element.tag == f"{{{SVG}}}pattern":
            as_tile(element)
        else:
            tidied(element)
        shorten(element)
        only_groups = element.tag == f"{{{SVG}}}g" and not element.attrib
        inside += list(element) if only_groups else [element]
    parent[:] = merged(inside)
    if not (parent.text or "").strip():
        parent.text = None
    for element in parent:
        element.tail = None


def merged(elements: list[Element]) -> list[Element]:
    """Paths that look alike and follow one another as one path; not where one would show through another."""
    found: list[Element] = []
    for element in elements:
        last = found[-1] if found else None
        if last is not None and element.tag == last.tag == f"{{{SVG}}}path" and alike(element, last):
            last.set("d", last.attrib["d"] + element.attrib["d"])
        else:
            found.append(element)
    return found


def alike(one: Element, other: Element) -> bool:
    """Whether two paths differ in nothing but where they run."""
    looks = ({name: value for name, value in element.attrib.items() if name != "d"} for element in (one, other))
    return next(looks) == next(looks) and "opacity" not in one.attrib.get("style", "") and "id" not in one.attrib


def shorten(element: Element) -> None:
    """Cut the attributes of an element to what shows."""
    if element.tag == f"{{{SVG}}}g":
        element.attrib.pop("id", None)
    if f"{{{XLINK}}}href" in element.attrib:
        element.set("href", element.attrib.pop(f"{{{XLINK}}}href"))
    if "d" in element.attrib:
        element.set("d", short_path(element.attrib["d"]))
    if "style" in element.attrib:
        style = re.sub(r"font-family: '[^;]*'(; )?", "", element.attrib["style"])
        style = re.sub(r"(font: [^;]*px) '[^;]*'", r"\1 inherit", style)
        element.set("style", re.sub(r"([:;,]) ", r"\1", style).strip(";"))
    turned = re.match(r"rotate\(-?0 ", element.attrib.get("transform", ""))
    if turned:
        del element.attrib["transform"]
    for name in ("x", "y", "width", "height", "transform"):
        if name in element.attrib:
            element.set(name, re.sub(r"-?\d+\.\d+", lambda found: rounded(float(found[0])), element.attrib[name]))


def rounded(value: float) -> str:
    """A number to one decimal, as short as it can be."""
    text = f"{value:.1f}".removesuffix(".0")
    return "0" if text == "-0" else re.sub(r"^(-?)0\.", r"\1.", text)


def short_path(path: str) -> str:
    """A path to a tenth of a point, without the points that lie on the line between their neighbours."""
    words = POINT.findall(path)
    steps: list[tuple[str, list[float]]] = []
    for command, number in words:
        if command:
            steps.append((command.upper(), []))
        else:
            steps[-1][1].append(float(number))
    kept: list[tuple[str, list[float]]] = []
    passed: list[list[float]] = []  # since the last that was kept
    for place, (command, numbers) in enumerate(steps):
        after = steps[place + 1] if place + 1 < len(steps) else ("", [])
        passed.append(numbers)
        straight = command == after[0] == "L" and len(passed) <= MOST_PASSED and kept[-1][0] in "ML"
        if straight and between(kept[-1][1], passed, after[1]):
            continue
        kept.append((command, numbers))
        passed = []
    return "".join(written(kept))


def written(steps: list[tuple[str, list[float]]]) -> Iterator[str]:
    """The steps of a path as short as they can be: lines to where they end, or by how far they go."""
    here: list[float] = []
    for command, numbers in steps:
        there = [round(number, 1) for number in numbers]
        yield line_to(here, there) if command == "L" and here else command + joined(there)
        here = there[-2:]


def line_to(here: list[float], there: list[float]) -> str:
    """A line from one place to another."""
    across, up = (end - start for start, end in zip(here, there, strict=True))
    if rounded(up) == "0":
        return min(f"h{rounded(across)}", f"H{rounded(there[0])}", key=len)
    if rounded(across) == "0":
        return min(f"v{rounded(up)}", f"V{rounded(there[1])}", key=len)
    return min("l" + joined([across, up]), "L" + joined(there), key=len)


def joined(numbers: list[float]) -> str:
    """Numbers in a row; a minus parts them as well as a space."""
    return " ".join(map(rounded, numbers)).replace(" -", "-")


def between(before: list[float], passed: list[list[float]], after: list[float]) -> bool:
    """Whether points lie on the way from the one before them to the one after."""
    across, up = after[0] - before[0], after[1] - before[1]
    length = (across * across + up * up) ** 0.5
    if length == 0:
        return False
    for x, y in passed:
        right, above = x - before[0], y - before[1]
        if not abs(across * above - up * right) / length < NEAR:
            return False
        if not -NEAR <= (across * right + up * above) / length <= length + NEAR:
            return False
    return True


def as_tile(pattern: Element) -> None:
    """Give a pattern the tile of its hatch instead of a page full of it."""
    behind, drawn = pattern.find(f"{{{SVG}}}rect"), pattern.find(f"{{{SVG}}}path")
    if behind is None or drawn is None:
        return
    ink = re.search(r"stroke: (#\w+)", drawn.attrib.get("style", ""))
    lines = re.findall(r"M (\S+) (\S+)\s*L (\S+) (\S+)", drawn.attrib["d"])
    rises = {(float(x1) - float(x0)) * (float(y1) - float(y0)) > 0 for x0, y0, x1, y1 in lines}
    kind = "dots" if "C" in drawn.attrib["d"] else "crosses" if len(rises) == 2 else "lines"
    size, shape = TILES[kind]
    tile = (
        f'<rect width="{size}" height="{size}" '
        f'fill="{behind.attrib["fill"]}"/>{shape.format(ink=ink[1] if ink else "#000")}'
    )
    pattern[:] = list(ElementTree.fromstring(f'<g xmlns="{SVG}">{tile}</g>'))
    pattern.text = None
    pattern.attrib |= {"width": str(size), "height": str(size)}
    for name in ("x", "y"):
        pattern.attrib.pop(name, None)
