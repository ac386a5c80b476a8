"""The part of `nerproc.Client` that is about trainings."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from urllib.parse import quote
from uuid import UUID

from nerproc.client.transport import Transport
from nerproc.client.upload import LocalFile
from nerproc.client.value import Job
from nerproc.errors import HeadUnreachable, WaitTimedOut
from nerproc.schema.name import BASIC, FROM_NOTHING
from nerproc.schema.report import ModelCard, Upload
from nerproc.schema.training import FinetuneRequest, TrainingEvaluation, wish

ENDED = ("completed", "failed", "stopped")
POLL_SECONDS = (0.2, 1.0)  # between two looks at a running job: at first, and at most
PATIENCE_SECONDS = 60.0  # how long `wait` goes on when the head does not answer


class TrainingCalls:
    """Methods of `Client`, which has the others that these call."""

    _http: Transport

    def job(self, job: UUID | str) -> Job:  # noqa: D102 - of `Client`
        raise NotImplementedError

    def models(self) -> list[ModelCard]:  # noqa: D102 - of `Client`
        raise NotImplementedError

    def upload(  # noqa: D102 - of `Client`
        self,
        paths: str | Path | Sequence[str | Path],
        *,
        skipped: Callable[[LocalFile], None] | None = None,
    ) -> Upload:
        raise NotImplementedError

    def train(
        self,
        samples: str | Path | Sequence[str | Path],
        name: str,
        *,
        base: str | None = None,
        map: Mapping[str, str] | None = None,  # noqa: A002 - the name of the field
        labels: Sequence[str] | None = None,
        epochs: int | None = None,
        seed: int = 1,
    ) -> UUID:
        """Upload files of samples and start a training that makes the model `name`; return the id of its job.

        Args:
            samples: files in the formats of `nerproc model evaluate`; of brat, a zip.
            name: of the new model.
            base: name or id of the model to go on from, or `none`. Default: `basic`, if the head has it.
            map: labels of the samples to labels, or to O.
            labels: labels to learn; all of the samples if None.
            epochs: at most.
            seed: the same samples and seed give the same model.

        Raises:
            UsageError: a field or a sample is not valid, samples are too few, or the base cannot be trained.
            NotFound: there is no such file, or no such base.
            Conflict: there is a model of that name, or a training that makes one.
        """
        wished = wish({"name": name, "labels": labels, "epochs": epochs, "seed": seed})
        if base is None:
            base = BASIC if any(card.name == BASIC for card in self.models()) else FROM_NOTHING
        upload = self.upload(samples)
        request = FinetuneRequest(**wished.model_dump(), map=dict(map or {}), upload_ids=[upload.id])
        path = f"/models/{quote(base, safe='')}/finetune"
        answer = self._http.send("POST", path, json=request.model_dump(mode="json"))
        return UUID(answer["id"])

    def evaluation(self, model: str) -> TrainingEvaluation:
        """How good a model is that was trained, and its base before it.

        Raises:
            NotFound: there is no such model, or it was not trained here.
        """
        answer = self._http.get(f"/models/{quote(model, safe='')}/evaluation")
        return TrainingEvaluation.model_validate(answer, extra="ignore")

    def wait_job(
        self,
        job: UUID | str,
        timeout: float | None = None,
        *,
        progress: Callable[[Job], None] | None = None,
    ) -> Job:
        """Wait until a job of any kind has ended and return it; `progress` is called with it now and then.

        A head that is away for up to a minute, because it is started again, is waited for.

        Raises:
            WaitTimedOut: it did not end within `timeout` seconds; it goes on.
            NotFound: there is no such job.
        """
        now = time.monotonic()
        deadline = now + timeout if timeout is not None else None
        answered = now
        pause, longest = POLL_SECONDS
        while True:
            try:
                found = self.job(job)
                answered = time.monotonic()
            except HeadUnreachable:
                if time.monotonic() - answered > PATIENCE_SECONDS:
                    raise
            else:
                if progress is not None:
                    progress(found)
                if found.state in ENDED:
                    return found
            if deadline is not None and time.monotonic() + pause > deadline:
                raise WaitTimedOut(
                    f"Job {job} did not end within {timeout:g} s; it goes on.",
                    hint=f"nerproc status {job} --watch",
                )
            time.sleep(pause)
            pause = min(pause * 1.5, longest)
