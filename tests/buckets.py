"""Buckets on an S3 server that belongs to the tests."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from uuid import uuid4

from moto.server import ThreadedMotoServer
from pydantic import SecretStr

from nerproc.settings import S3Connection
from nerproc.storage.s3_client import request_client


@contextmanager
def moto_server() -> Iterator[S3Connection]:
    """moto in a thread, for the length of the block."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    try:
        host, port = server.get_host_and_port()
        yield S3Connection(
            endpoint_url=f"http://{host}:{port}", access_key_id="me", secret_access_key=SecretStr("hunter2")
        )
    finally:
        server.stop()


def new_bucket(connection: S3Connection, contents: dict[str, bytes] | None = None) -> str:
    """A bucket with these objects; its name."""
    client, bucket = request_client(connection), f"bucket-{uuid4().hex}"
    client.create_bucket(Bucket=bucket)
    for key, content in (contents or {}).items():
        client.put_object(Bucket=bucket, Key=key, Body=content)
    return bucket


def environment(connection: S3Connection) -> dict[str, str]:
    """The settings of a node that uses the server."""
    assert connection.secret_access_key is not None
    return {
        "NERPROC_S3_ENDPOINT_URL": connection.endpoint,
        "NERPROC_S3_ACCESS_KEY_ID": connection.access_key_id or "",
        "NERPROC_S3_SECRET_ACCESS_KEY": connection.secret_access_key.get_secret_value(),
    }
