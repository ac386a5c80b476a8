"""`nerproc config`: the settings, and where each value came from."""

from __future__ import annotations

from nerproc.cli import command
from nerproc.cli.output import Column, show

app = command.group("See the settings.")

_COLUMNS = [
    Column("setting", lambda row: row["setting"]),
    Column("value", lambda row: row["value"], wide=True),
    Column("origin", lambda row: row["origin"]),
]


@app.command(name="show")
def show_config(form: command.Form = "table", as_json: command.Json = False) -> None:
    """Show every setting, its value and where that came from; secrets are masked.

    `nerproc help environment` says what they are for.
    """
    from nerproc.settings import PREFIX, Settings, origins

    values = Settings.load().model_dump(mode="json")  # masks secrets
    came_from = origins()
    rows = [
        {"setting": f"{PREFIX}{name.upper()}", "value": value, "origin": came_from[name]}
        for name, value in values.items()
    ]
    show(rows, _COLUMNS, command.chosen(form, as_json=as_json))
