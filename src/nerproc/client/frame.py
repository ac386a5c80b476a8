"""Entities as tables of other libraries, all by way of DuckDB, which is always there."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import duckdb

from nerproc.errors import SettingsError
from nerproc.schema.entity import COLUMNS, Entity

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

NAME = "entities"  # of the table in the database of a relation


def need(package: str) -> None:
    """See that a package is there before anything is fetched for it.

    Raises:
        SettingsError: it is not.
    """
    if find_spec(package) is None:
        raise SettingsError(
            f"this needs the package {package}, which is not installed here",
            hint="pip install 'nerproc[notebook]'",
        )


def from_parquet(pieces: Iterable[bytes]) -> duckdb.DuckDBPyRelation:
    """The rows of a Parquet file that comes in pieces."""
    connection = duckdb.connect()
    with TemporaryDirectory(prefix="nerproc-") as folder:
        path = Path(folder) / "entities.parquet"
        with path.open("wb") as file:
            file.writelines(pieces)
        connection.execute(f"CREATE TABLE {NAME} AS FROM read_parquet(?)", [str(path)])
    return connection.table(NAME)


def from_entities(entities: Sequence[Entity]) -> duckdb.DuckDBPyRelation:
    """These entities as rows."""
    connection = duckdb.connect()
    columns = ", ".join(f'"{name}" {kind}' for name, kind in COLUMNS.items())
    connection.execute(f"CREATE TABLE {NAME} ({columns})")
    lists = ", ".join(f"unnest(?::{kind}[])" for kind in COLUMNS.values())
    values = [[_value(entity, name) for entity in entities] for name in COLUMNS]
    connection.execute(f"INSERT INTO {NAME} SELECT {lists}", values)
    return connection.table(NAME)


def to_pandas(rows: duckdb.DuckDBPyRelation) -> pd.DataFrame:
    """The rows as a data frame."""
    return rows.df()


def to_arrow(rows: duckdb.DuckDBPyRelation) -> pa.Table:
    """The rows as an Arrow table."""
    return rows.to_arrow_table()


def _value(entity: Entity, name: str) -> object:
    return getattr(entity, name) if hasattr(entity, name) else getattr(entity.location, name, None)
