"""Tables, rows and mappings that refuse to be changed in place, and say how to change them instead."""

import functools
import inspect
from collections.abc import Callable, Iterable
from typing import Any, NoReturn

import pandas as pd

from fvmanalys.errors import UsageError

__all__ = ["ReadOnlyDict", "ReadOnlyList", "ReadOnlyTable"]

# Texts are held in one way, whether or not pyarrow is installed (it comes with the extra `scale`): it would be slower.
pd.set_option("mode.string_storage", "python")

OPERATORS = [f"__i{name}__" for name in ("add", "sub", "mul", "truediv", "floordiv", "mod", "pow", "and", "or", "xor")]
TABLE_CHANGES = ["__setitem__", "__delitem__", "__delattr__", "insert", "isetitem", "pop", "update", *OPERATORS]
DICT_CHANGES = ["__setitem__", "__delitem__", "__ior__", "clear", "pop", "popitem", "setdefault", "update"]
LIST_CHANGES = [
    "__setitem__", "__delitem__", "__iadd__", "__imul__", "append", "clear", "extend", "insert", "pop", "remove",
    "reverse", "sort",
]  # fmt: skip


def refuse(*_: Any, **__: Any) -> NoReturn:
    """Say that what is loaded stays as it was checked."""
    raise UsageError(
        "what is loaded is read-only, so that nothing is computed from what was never checked; make changed inputs by "
        "inputs.with_estimate(id, value=…), or low=, likely=, high=, or add=, or times=; "
        ".copy() gives a table of your own"
    )


def refusing(names: Iterable[str]) -> Callable[[type], type]:
    """Make a class decorator that puts a refusal in the place of some methods."""

    def decorate(cls: type) -> type:
        for name in names:
            setattr(cls, name, refuse)
        return cls

    return decorate


def reading(name: str) -> property:
    """An indexer of a DataFrame, such as `loc`, that only reads."""
    indexer = type(name, (type(getattr(pd.DataFrame(), name)),), {"__setitem__": refuse})
    return property(lambda table: indexer(name, table))


def not_inplace(method: Callable[..., Any]) -> Callable[..., Any]:
    """A method of a DataFrame that gives a new table, and refuses to work `inplace`."""
    deeper = method.__name__ in ("eval", "query")  # which look for @names among the caller's, so many calls above

    @functools.wraps(method)
    def checked(*args: Any, **kwargs: Any) -> Any:
        if kwargs.get("inplace") in (True,):
            refuse()
        if deeper:
            kwargs["level"] = kwargs.get("level", 0) + 1
        return method(*args, **kwargs)

    return checked


def inplace_methods() -> dict[str, Callable[..., Any]]:
    """The public methods of a DataFrame that can be told to work in place."""
    methods = inspect.getmembers(pd.DataFrame, inspect.isfunction)
    return {
        name: method for name, method in methods if name[0] != "_" and "inplace" in inspect.signature(method).parameters
    }


@refusing(TABLE_CHANGES)
class ReadOnlyTable(pd.DataFrame):
    """A DataFrame that cannot be changed; whatever is taken or computed from it is an ordinary one."""

    loc, iloc, at, iat = map(reading, ("loc", "iloc", "at", "iat"))
    locals().update({name: not_inplace(method) for name, method in inplace_methods().items()})

    @property
    def _constructor(self) -> type[pd.DataFrame]:
        return pd.DataFrame

    @property
    def values(self) -> Any:
        """The cells as an array that cannot be written to: in pandas it may be a copy, and a change to it is lost."""
        cells = super().values
        cells.flags.writeable = False
        return cells

    def transpose(self, *args: Any, **kwargs: Any) -> pd.DataFrame:
        """Rows as columns, in a table that can be written to."""
        return self.copy().transpose(*args, **kwargs)

    def __setattr__(self, name: str, value: Any) -> None:
        if not name.startswith("_"):  # pandas tidies its blocks when it reads them
            refuse()
        super().__setattr__(name, value)

    def __reduce__(self) -> Any:
        return pd.DataFrame, (self.copy(),)


@refusing(DICT_CHANGES)
class ReadOnlyDict(dict):
    """A dict that cannot be changed; a copy of it can."""

    def __reduce__(self) -> Any:
        return dict, (dict(self),)


@refusing(LIST_CHANGES)
class ReadOnlyList(list):
    """A list that cannot be changed; a copy of it can."""

    def __reduce__(self) -> Any:
        return list, (list(self),)
