"""The sentences and tables of one subject, by name, as they are in the appendix: `findings.money.costs`."""

from collections.abc import Callable
from functools import partial
from importlib import import_module
from typing import Any

from fvmanalys.analysis import Findings
from fvmanalys.report.edition import Edition
from fvmanalys.report.exhibit import Exhibit
from fvmanalys.report.markup import Html, bullets

__all__ = ["Shelf", "subject"]

SENTENCES = "_sentences"


def subject(findings: Findings, name: str, lang: str = "sv") -> "Shelf":
    """The shelf of a subject; call it with another language."""
    return Shelf(findings, name, lang)


class Shelf:
    """What there is to show of a subject; each is made when it is asked for."""

    def __init__(self, findings: Findings, name: str, lang: str):
        self._findings, self._name, self._lang = findings, name, lang

    def __call__(self, lang: str) -> "Shelf":
        return Shelf(self._findings, self._name, lang)

    @property
    def _known(self) -> dict[str, Callable[[Edition], Html]]:
        module = import_module(f"fvmanalys.report.topics.{self._name}")
        found: dict[str, Callable[[Edition], Html]] = {}
        for name in module.__all__:
            one = getattr(module, name)
            if isinstance(one, Exhibit):
                found[name.lower()] = one
            elif name.endswith(SENTENCES):
                found[name.removesuffix(SENTENCES)] = partial(told, one)
        return found

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_") or name not in self._known:
            raise AttributeError(f"{self._name} has no {name!r}; there are {', '.join(dir(self))}")
        return self._known[name](Edition(self._findings, self._lang))

    def __dir__(self) -> list[str]:
        return sorted(self._known)

    def __repr__(self) -> str:
        return f"{self._name}: {', '.join(dir(self))}"

    def _repr_html_(self) -> str:
        edition = Edition(self._findings, self._lang)
        titles = {name: one.words(edition, "title") for name, one in self._known.items() if isinstance(one, Exhibit)}
        return bullets(
            Html("<code>{}</code> {}").format(f"{self._name}.{name}", titles.get(name, "")) for name in dir(self)
        )


def told(sentences: Callable[[Edition], list[str]], edition: Edition) -> Html:
    """Sentences as a list."""
    return bullets(sentences(edition))
