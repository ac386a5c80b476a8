"""What a package offers so that its models can be used by name, and how it is found.

A package names a `Plugin` in its metadata, as an entry point of the group `nerproc.detectors`:

    [project.entry-points."nerproc.detectors"]
    ships = "ship_finder:plugin"

Then `ships` is the model that it calls "", and `ships:sail` the one that it calls "sail". Our own adapters for
spaCy and Presidio are found in the same way.
"""

from __future__ import annotations

import importlib.util
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import EntryPoint, entry_points
from typing import NamedTuple, Protocol

from nerproc.errors import InvalidRequest, NerprocError, NotFound
from nerproc.schema.name import LABEL_NAME

GROUP = "nerproc.detectors"
_LABEL = re.compile(LABEL_NAME)


class Found(NamedTuple):
    """An entity in a text that a plugin was given."""

    start: int  # offset in code points of the text
    end: int  # exclusive
    label: str
    score: float = 1.0  # 0 to 1; below 0.5 it is reported only when asked for
    kind: str | None = None  # the finer type where there is one


Find = Callable[[str], Iterable[Found]]  # what is in a text of at most a few thousand words


@dataclass(frozen=True, slots=True)
class PluginModel:
    """A model of a plugin."""

    version: str  # differs where it may find something else
    description: str
    labels: Sequence[str]  # capital letters, digits and _; whatever else it finds is not reported
    load: Callable[[], Find]  # called once in every process that uses it


class Plugin(Protocol):
    """What the entry point names: an object, or a module with these two functions."""

    def names(self) -> Iterable[str]:
        """The models that lists show, as far as it can tell; "" is the one of the entry point's own name."""
        ...

    def model(self, name: str, /) -> PluginModel:
        """The model of that name, not yet loaded.

        Raises:
            NotFound: there is none.
        """
        ...


def names() -> list[str]:
    """The names under which models of plugins can be asked for; more may exist than plugins can tell.

    A plugin that fails is left out: who asks for it hears why.
    """
    found = []
    for point in entry_points(group=GROUP):
        try:
            found += [f"{point.name}:{name}" if name else point.name for name in _plugin(point).names()]
        except MemoryError:
            raise
        except Exception:  # noqa: BLE001, S112 - of somebody else's code: anything
            continue
    return sorted(set(found))


def find(name: str) -> PluginModel | None:
    """The model that is called `name`, or None if no plugin answers to it.

    Raises:
        NotFound: the plugin has no such model.
        InvalidRequest: the plugin, or what it stands on, is not installed or cannot be loaded.
    """
    prefix, _, rest = name.partition(":")
    points = entry_points(group=GROUP, name=prefix)
    if not points:
        return None
    plugin = _plugin(next(iter(points)))
    with _blamed(prefix):
        model = plugin.model(rest)
        _check(model)
    return model


def start(name: str, model: PluginModel) -> Find:
    """What `model`, which is called `name`, finds entities by.

    Raises:
        InvalidRequest: it cannot be loaded.
    """
    with _blamed(name):
        return model.load()


def require(module: str, *, extra: str, for_what: str) -> None:
    """See that an optional package is installed.

    Raises:
        InvalidRequest: it is not; says how to install it.
    """
    if importlib.util.find_spec(module) is None:
        install = f"pip install 'nerproc[{extra}]'"
        raise InvalidRequest(f"{for_what} needs a package that is not installed here: {install}", hint=install)


def installed(package: str) -> str:
    """The version of an installed package.

    Raises:
        NotFound: it is not installed.
    """
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version(package)
    except PackageNotFoundError:
        raise NotFound(f"the package {package!r} is not installed") from None


def _plugin(point: EntryPoint) -> Plugin:
    with _blamed(point.name):
        plugin: Plugin = point.load()
    return plugin


def _check(model: PluginModel) -> None:
    """See that a model is what lists and reports can hold."""
    if not (isinstance(model.version, str) and isinstance(model.description, str)):
        raise TypeError("the version and the description of a model are text")
    are_labels = [isinstance(label, str) and bool(_LABEL.fullmatch(label)) for label in model.labels]
    if isinstance(model.labels, str) or not all(are_labels):
        raise ValueError("labels are a list of capital letters, digits and _, at most 64, a letter first")


@contextmanager
def _blamed(name: str) -> Iterator[None]:
    """Say of what goes wrong that it is the plugin's."""
    try:
        yield
    except (NerprocError, MemoryError):
        raise
    except Exception as error:  # of somebody else's code: anything
        raise _failed(name, error) from error


def _failed(name: str, error: Exception) -> InvalidRequest:
    return InvalidRequest(
        f"the plugin {name!r} failed: {type(error).__name__}: {error}",
        hint="Repair or remove the package that brings it.",
    )
