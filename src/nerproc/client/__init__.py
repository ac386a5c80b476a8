"""The HTTP client of the API."""

from nerproc.client.client import Client

__all__ = ["Client"]
