"""The reference: a server on the official SDK that answers by scripts. Prints one line of JSON, as Kaam's side does (server/main.rs), and
ends when its standard input does."""

import asyncio
import json
import logging
import socket
import sys
from collections.abc import AsyncIterator
from typing import Any

import uvicorn
from chatkit.server import ChatKitServer, StreamingResult
from chatkit.types import (
    Action,
    AudioInput,
    FeedbackKind,
    SyncCustomActionResponse,
    ThreadMetadata,
    ThreadStreamEvent,
    TranscriptionResult,
    UserMessageItem,
    WidgetItem,
)
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from memory import ITEM, MemoryAttachments, MemoryStore
from script import WIDGET, Gates, Play, steps_of

PEOPLE = ["one", "two", "three"]


class Reference(ChatKitServer[str]):
    def __init__(self, origin: str) -> None:
        self.memory = MemoryStore()
        self.files = MemoryAttachments(self.memory, origin)
        self.gates = Gates()
        super().__init__(self.memory, self.files)

    async def respond(
        self, thread: ThreadMetadata, input_user_message: UserMessageItem | None, context: str
    ) -> AsyncIterator[ThreadStreamEvent]:
        steps = await steps_of(self.store, thread, input_user_message, context)
        async for event in Play(steps, self.gates, thread, self.store, context, {}).events():
            yield event

    async def action(
        self, thread: ThreadMetadata, action: Action[str, Any], sender: WidgetItem | None, context: str
    ) -> AsyncIterator[ThreadStreamEvent]:
        if action.type != "script":
            raise ValueError(f"no such action: {action.type}")
        named = {} if sender is None else {"sender": sender}
        async for event in Play(action.payload, self.gates, thread, self.store, context, named).events():
            yield event

    async def sync_action(
        self, thread: ThreadMetadata, action: Action[str, Any], sender: WidgetItem | None, context: str
    ) -> SyncCustomActionResponse:
        if action.type != "script":
            raise ValueError(f"no such action: {action.type}")
        match action.payload:
            case {"do": "nothing"}:
                return SyncCustomActionResponse()
            case {"do": "change", "widget": widget} if sender is not None:
                update = {"widget": WIDGET.validate_python(widget), "copy_text": action.payload.get("copy_text")}
                item = sender.model_copy(update=update)
                await self.store.save_item(thread.id, item, context)
                return SyncCustomActionResponse(updated_item=item)
        raise ValueError("it cannot be done")

    async def transcribe(self, audio_input: AudioInput, context: str) -> TranscriptionResult:
        return TranscriptionResult(text=f"{audio_input.media_type} {len(audio_input.data)}")

    async def add_feedback(self, thread_id: str, item_ids: list[str], feedback: FeedbackKind, context: str) -> None:
        await self.store.load_thread(thread_id, context)
        for item_id in item_ids:
            await self.store.load_item(thread_id, item_id, context)


class Bare(Reference):
    """One that leaves out what may be left out."""

    async def transcribe(self, audio_input: AudioInput, context: str) -> TranscriptionResult:
        return await ChatKitServer.transcribe(self, audio_input, context)


def application(server: Reference, bare: Bare, tokens: dict[str, str]) -> Starlette:
    def person(request: Request) -> str | None:
        return tokens.get(request.headers.get("authorization", "").removeprefix("Bearer "))

    async def chatkit(request: Request) -> Response:
        context = person(request)
        if context is None:
            return Response("Unauthorized", 401)
        asked = bare if request.url.path.startswith("/bare") else server
        result = await asked.process(await request.body(), context)
        if isinstance(result, StreamingResult):
            return StreamingResponse(result, media_type="text/event-stream")
        return Response(result.json, media_type="application/json")

    async def upload(request: Request) -> Response:
        context = person(request)
        if context is None:
            return Response("Unauthorized", 401)
        if request.method == "PUT":
            data = await request.body()
        else:
            data = await (await request.form())["file"].read()  # type: ignore[union-attr]
        await server.files.upload(request.path_params["id"], data, context)
        return Response(status_code=204)

    async def release(request: Request) -> Response:
        server.gates.gate(request.path_params["gate"]).release()
        return Response()

    async def items(request: Request) -> Response:
        key = (request.path_params["person"], request.path_params["thread"])
        return JSONResponse([json.loads(item) for item in server.memory.items.get(key, {}).values()])

    return Starlette(
        routes=[
            Route("/chatkit", chatkit, methods=["POST"]),
            Route("/bare/chatkit", chatkit, methods=["POST"]),
            Route("/attachments/{id}", upload, methods=["POST", "PUT"]),
            Route("/control/release/{gate}", release, methods=["POST"]),
            Route("/control/items/{person}/{thread}", items),
        ]
    )


async def main() -> None:
    logging.basicConfig(level=logging.CRITICAL)
    # With its protocol named: asyncio turns Nagle's algorithm off for such sockets only, and answers would wait 40 ms.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.bind(("127.0.0.1", 0))
    listener.listen()
    origin = f"http://127.0.0.1:{listener.getsockname()[1]}"
    people = {name: f"reference_{name}" for name in PEOPLE}
    app = application(Reference(origin), Bare(origin), {token: name for name, token in people.items()})
    uvicorn_server = uvicorn.Server(uvicorn.Config(app, log_level="critical", lifespan="off", timeout_graceful_shutdown=1))
    serving = asyncio.create_task(uvicorn_server.serve(sockets=[listener]))
    print(json.dumps({"url": origin, "control": f"{origin}/control", "bare": f"{origin}/bare", "people": people}), flush=True)
    await asyncio.to_thread(sys.stdin.read)
    uvicorn_server.should_exit = True
    await serving


if __name__ == "__main__":
    asyncio.run(main())
