"""Whether this installation can train: what `nerproc[train]` adds is found without being loaded."""

from __future__ import annotations

from importlib.util import find_spec

from nerproc.errors import SettingsError

PACKAGES = ("torch", "onnx")


def missing() -> str | None:
    """A package that training needs and that is not installed, if there is one."""
    return next((package for package in PACKAGES if find_spec(package) is None), None)


def not_installed(package: str) -> SettingsError:
    """The error for a package that is missing."""
    return SettingsError(
        f"training needs the package {package}, which is not installed here",
        hint="pip install 'nerproc[train]'",
    )


def check() -> None:
    """See that this installation can train.

    Raises:
        SettingsError: it cannot.
    """
    package = missing()
    if package is not None:
        raise not_installed(package)
