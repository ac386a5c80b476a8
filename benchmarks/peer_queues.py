"""No-op tasks through other task queues; run by `benchmarks.queues` in an environment that has them.

    python -m benchmarks.peer_queues celery|dramatiq|procrastinate BROKER_URL DATABASE TASKS [THREADS]

Each enqueues all tasks first, one call a task, and then works them off with one worker process. Messages are
persistent; Celery acknowledges late, as the others do. Prints one JSON line.
"""

from __future__ import annotations

import contextlib
import json
import logging
import sys
import threading
import time
import warnings


def celery(broker: str, _database: str, tasks: int, _threads: int) -> tuple[float, float]:
    from celery import Celery
    from celery.worker import state

    app = Celery("peer", broker=broker)
    app.conf.update(task_ignore_result=True, task_acks_late=True, worker_redirect_stdouts=False)
    done = [0]

    @app.task(name="noop")
    def noop() -> None:
        done[0] += 1
        if done[0] == tasks:
            state.should_stop = 0

    began = time.perf_counter()
    for _ in range(tasks):
        noop.delay()
    enqueued = time.perf_counter()
    worker = app.Worker(pool="solo", loglevel="ERROR", quiet=True)
    with contextlib.suppress(SystemExit):  # that is how it stops
        worker.start()
    return enqueued - began, time.perf_counter() - enqueued


def dramatiq(broker: str, _database: str, tasks: int, threads: int) -> tuple[float, float]:
    import dramatiq
    from dramatiq.brokers.rabbitmq import RabbitmqBroker

    dramatiq.set_broker(RabbitmqBroker(url=broker))
    lock, done, over = threading.Lock(), [0], threading.Event()

    @dramatiq.actor
    def noop() -> None:
        with lock:
            done[0] += 1
            if done[0] == tasks:
                over.set()

    began = time.perf_counter()
    for _ in range(tasks):
        noop.send()
    enqueued = time.perf_counter()
    worker = dramatiq.Worker(dramatiq.get_broker(), worker_threads=threads)
    worker.start()
    over.wait()
    ended = time.perf_counter()
    worker.stop()
    return enqueued - began, ended - enqueued


def procrastinate(_broker: str, database: str, tasks: int, threads: int) -> tuple[float, float]:
    import procrastinate

    app = procrastinate.App(connector=procrastinate.SyncPsycopgConnector(conninfo=database))
    with app.open():
        if (
            app.connector.execute_query_one("SELECT to_regclass('procrastinate_jobs') AS found")["found"]
            is None
        ):
            app.schema_manager.apply_schema()

        @app.task(name="noop")
        def noop() -> None:
            pass

        began = time.perf_counter()
        for _ in range(tasks):
            noop.defer()
        enqueued = time.perf_counter()
    connector = procrastinate.PsycopgConnector(conninfo=database)
    with app.replace_connector(connector) as worker:
        began_work = time.perf_counter()
        worker.run_worker(wait=False, concurrency=threads, install_signal_handlers=False)
        ended = time.perf_counter()
    return enqueued - began, ended - began_work


def main() -> None:
    logging.disable(logging.CRITICAL)
    warnings.simplefilter("ignore")  # that we are root
    peer, broker, database, tasks, *threads = sys.argv[1:]
    run = {"celery": celery, "dramatiq": dramatiq, "procrastinate": procrastinate}[peer]
    enqueue, complete = run(broker, database, int(tasks), int(threads[0]) if threads else 1)
    print(json.dumps({"submit_s": int(tasks) / enqueue, "complete_s": int(tasks) / complete}))


if __name__ == "__main__":
    main()
