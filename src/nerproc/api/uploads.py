"""Uploads: files sent to the head, streamed into the artifact store while they arrive."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

import anyio
from anyio import CapacityLimiter, from_thread, to_thread
from fastapi import APIRouter, Path, Request, Response

from nerproc.api.multipart import MultipartFiles
from nerproc.api.parameter import PREFIX, TheNode, problems
from nerproc.errors import InvalidRequest, TooLarge, Unreachable
from nerproc.job.uploads import Uploads
from nerproc.node import Node
from nerproc.schema.report import Upload

PATH = "/uploads"
FIELD = "files"
IDLE_SECONDS = 60.0  # without a byte until an upload is given up
MOST_AT_ONCE = 16  # uploads that are received at the same time; more wait

router = APIRouter(prefix=f"{PREFIX}{PATH}", tags=["uploads"])
_slots = CapacityLimiter(MOST_AT_ONCE)  # threads of their own: a slow upload must not hold up other routes

_BODY = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": [FIELD],
                    "properties": {
                        FIELD: {
                            "type": "array",
                            "minItems": 1,
                            "items": {"type": "string", "format": "binary"},
                            "description": "The files; their names are what the report calls the objects.",
                        }
                    },
                }
            }
        },
    }
}


@router.post("", status_code=201, operation_id="create_upload", openapi_extra=_BODY, responses=problems(413))
async def create_upload(request: Request, node: TheNode, response: Response) -> Upload:
    """Send files to be scanned; none is kept unless all of them arrive."""
    upload = await receive(request, node)
    response.headers["Location"] = f"{PREFIX}{PATH}/{upload.id}"
    return upload


@router.get("/{upload_id}", operation_id="get_upload", responses=problems(404))
def get_upload(node: TheNode, upload_id: Annotated[UUID, Path(description="Id of the upload.")]) -> Upload:
    """Look at an upload."""
    return Uploads(node.database, node.storage).get(upload_id)


async def receive(request: Request, node: Node) -> Upload:
    """Store the files of a form while they arrive.

    Raises:
        InvalidRequest: it is no such form, has no files, or does not arrive as a whole.
        TooLarge: it is larger than the head takes.
        Unreachable: the head shuts down.
    """
    body = _Body(request, node.settings.upload_bytes)
    announced = request.headers.get("content-length", "")
    body.check(int(announced[:20]) if announced.isdecimal() else 0)

    def store() -> Upload:
        files = MultipartFiles(request.headers.get("content-type", ""), body.pull, field=FIELD)
        return Uploads(node.database, node.storage).receive(files)

    return await to_thread.run_sync(store, limiter=_slots)


class _Body:
    """The body of a request, for a thread that waits for it."""

    def __init__(self, request: Request, most_bytes: int) -> None:
        self._request = request
        self._most = most_bytes
        self._total = 0
        self._more = True

    def pull(self) -> bytes:
        """The next piece, b"" at the end.

        Raises:
            TooLarge: more arrived than is allowed.
            InvalidRequest: nothing arrived for a long time, or the sender is gone.
            Unreachable: the head shuts down.
        """
        while self._more:
            piece = from_thread.run(self._next)
            self._total += len(piece)
            self.check(self._total)
            if piece:
                return piece
        return b""

    def check(self, size: int) -> None:
        """See that `size` bytes are not too many.

        Raises:
            TooLarge: they are.
        """
        if size > self._most:
            raise TooLarge(
                f"The upload has more than {self._most:,} bytes.",
                hint="Send fewer files at once; NERPROC_UPLOAD_BYTES of the head sets the limit.",
            )

    async def _next(self) -> bytes:
        give_up = anyio.current_time() + IDLE_SECONDS
        while anyio.current_time() < give_up:
            if self._request.app.state.closing.is_set():
                raise Unreachable("The head is shutting down.", hint="Send the files again later.")
            with anyio.move_on_after(1):
                message = await self._request.receive()
                if message["type"] != "http.request":
                    raise InvalidRequest("The sender closed the connection before the end.")
                self._more = message.get("more_body", False)
                return bytes(message.get("body", b""))
        raise InvalidRequest(f"Nothing arrived for {IDLE_SECONDS:.0f} s.")
