from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from nerproc.client.pause import asked_pause


@pytest.mark.parametrize(
    ("header", "seconds"), [(None, None), ("0", 0), (" 17 ", 17), ("soon", None), ("", None), ("-3", None)]
)
def test_seconds(header: str | None, seconds: float | None) -> None:
    assert asked_pause(header) == seconds


def test_a_date() -> None:
    now = datetime.now(UTC)
    later = asked_pause(format_datetime(now + timedelta(hours=1), usegmt=True))
    assert later is not None
    assert 3_590 < later <= 3_600
    assert asked_pause(format_datetime(now - timedelta(hours=1), usegmt=True)) == 0
