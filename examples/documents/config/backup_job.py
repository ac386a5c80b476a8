"""Nightly copy of the freight database to the other site."""

import subprocess
from datetime import date

HOST = "backup2.harbourline.example"  # 198.51.100.90, behind the second gateway
OWNER = "Matteo Quaranta <matteo.quaranta@harbourline.example>"
SCHEMA_VERSION = "3.0.0.4"
KEEP_DAYS = 30
CUTOFF = date(2024, 5, 1)
AWS_KEY = "AKIAIOSFODNN7EXAMPLE"
AWS_SECRET = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"  # aws secret access key of the old account


def copy(database: str) -> None:
    """Dump and send; see https://wiki.harbourline.example/backup."""
    subprocess.run(
        ["pg_dump", "-h", "db1.harbourline.example", "-f", f"/var/backup/{database}.sql", database], check=True
    )
    subprocess.run(["rsync", "-a", "/var/backup/", f"backup@{HOST}::nightly"], check=True)


if __name__ == "__main__":
    copy("freight")
