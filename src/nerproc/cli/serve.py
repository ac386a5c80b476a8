"""The roles of a node that stay: `nerproc serve` (head) and `nerproc worker`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from nerproc.cli.command import cores
from nerproc.errors import UsageError

Host = Annotated[
    str | None, typer.Option("--host", metavar="ADDRESS", help="Address to bind. [NERPROC_HOST, 127.0.0.1]")
]
Port = Annotated[
    int | None,
    typer.Option(
        "--port",
        metavar="PORT",
        min=0,
        max=65_535,
        help="Port to bind; 0 takes a free one. [NERPROC_PORT, 8001]",
    ),
]
Processes = Annotated[
    int | None,
    typer.Option(
        "--workers", metavar="N", min=0, help="Worker processes; 0 for none. Default: one a processor core."
    ),
]
Insecure = Annotated[
    bool, typer.Option("--insecure", help="Ask nobody for a token, on whatever address: everybody may do all.")
]
TlsCert = Annotated[
    Path | None,
    typer.Option(
        "--tls-cert", metavar="FILE", help="Certificate chain (PEM): speak HTTPS. [NERPROC_TLS_CERT, none]"
    ),
]
TlsKey = Annotated[
    Path | None,
    typer.Option("--tls-key", metavar="FILE", help="Its private key (PEM). [NERPROC_TLS_KEY, none]"),
]
Concurrency = Annotated[
    int | None,
    typer.Option("--concurrency", metavar="N", min=1, help="Worker processes. Default: one a processor core."),
]
Pools = Annotated[
    str | None,
    typer.Option(
        "--pool", metavar="POOL[,POOL]", help="Take only such work: infer, train, redact. Default: all."
    ),
]
MetricsHost = Annotated[
    str | None,
    typer.Option(
        "--metrics-host", metavar="ADDRESS", help="Address to bind for that. [NERPROC_METRICS_HOST, 127.0.0.1]"
    ),
]
MetricsPort = Annotated[
    int | None,
    typer.Option(
        "--metrics-port",
        metavar="PORT",
        min=0,
        max=65_535,
        help="Port for /metrics and /health; 0 takes a free one. [NERPROC_METRICS_PORT, none]",
    ),
]
InsecureMetrics = Annotated[
    bool, typer.Option("--insecure", help="Ask nobody for a token there, on whatever address.")
]


def serve(
    *,
    host: Host = None,
    port: Port = None,
    workers: Processes = None,
    tls_cert: TlsCert = None,
    tls_key: TlsKey = None,
    insecure: Insecure = False,
) -> None:
    """Run a head: the API, and workers."""
    from nerproc.head.serve import serve as run
    from nerproc.settings import Settings

    settings = Settings.load(host=host, port=port, tls_cert=tls_cert, tls_key=tls_key)
    run(settings, workers=cores() if workers is None else workers, insecure=insecure)


def worker(
    pool: Pools = None,
    concurrency: Concurrency = None,
    metrics_host: MetricsHost = None,
    metrics_port: MetricsPort = None,
    *,
    tls_cert: TlsCert = None,
    tls_key: TlsKey = None,
    insecure: InsecureMetrics = False,
) -> None:
    """Run workers that take work from the head's database."""
    from nerproc.job.jobs import POOLS
    from nerproc.settings import Settings
    from nerproc.worker.serve import work

    pools = list(dict.fromkeys(pool.split(","))) if pool is not None else POOLS
    if unknown := sorted(set(pools) - set(POOLS)):
        raise UsageError(f"There is no pool {unknown[0]!r}.", hint=f"Pools: {', '.join(POOLS)}.")
    settings = Settings.load(
        metrics_host=metrics_host, metrics_port=metrics_port, tls_cert=tls_cert, tls_key=tls_key
    )
    work(settings, pools=pools, concurrency=concurrency or cores(), insecure=insecure)
