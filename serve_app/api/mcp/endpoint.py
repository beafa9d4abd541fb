"""`POST /mcp`: the official SDK's server behind the ingress' own bounds.

Stateless: every request stands alone, so that any ingress replica may answer it. Answers are event streams, whose pings
keep connections open while a long document is read.
"""

import asyncio
import json
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.metadata import version
from typing import Any

from fastapi import Request
from mcp.server.context import ServerRequestContext
from mcp.server.lowlevel import Server
from mcp.server.streamable_http_manager import StreamableHTTPSessionManager
from mcp.types import (
    INVALID_REQUEST,
    CallToolRequestParams,
    CallToolResult,
    ListToolsResult,
    PaginatedRequestParams,
    TextContent,
    ToolAnnotations,
)
from mcp.types import Tool as ListedTool
from pydantic import ValidationError
from starlette.datastructures import MutableHeaders
from starlette.responses import JSONResponse
from starlette.routing import Route
from starlette.types import Message, Receive, Scope, Send

from serve_app.api.json_file import FIELDS, json_bytes, parse_json
from serve_app.api.mcp.tools import TOOLS, Answer, Tool
from serve_app.api.receiving import taking_in
from serve_app.api.request_id import request_id
from serve_app.config import HttpConfig
from serve_app.errors import AppError, Forbidden, InvalidParameter
from serve_app.pipeline.service import Service
from serve_app.tracing import span

logger = logging.getLogger(__name__)
# It writes a line for each request, and one for each that a client sent malformed.
logging.getLogger("mcp").setLevel(logging.ERROR)

_URL_TOO = "The file's URL (http or https, on a public address), its bytes in base64, or a data URL."
_INSTRUCTIONS = "Reads images, charts and documents. Every number is read from the image: check those that matter."


class McpEndpoint:
    """An ASGI application for requests of this path; `run` holds what they share."""

    def __init__(self, service: Service) -> None:
        self._service = service
        server: Server[Any] = Server(
            "serve-app",
            version=version("serve-app"),
            title="Documents and charts",
            instructions=_INSTRUCTIONS,
            on_list_tools=self._list,
            on_call_tool=self._call,
        )
        server.middleware.clear()  # it opens spans, which would be traces of their own where a request is not traced
        self._tools = [_describe(tool, with_url=service.config.http.allow_url) for tool in TOOLS.values()]
        self._sessions = StreamableHTTPSessionManager(server, stateless=True, max_request_body_size=FIELDS)
        self.route = Route("/mcp", self, methods=["POST"], include_in_schema=False)

    @asynccontextmanager
    async def run(self) -> AsyncIterator[None]:
        """Answer requests; once in the life of the application."""
        async with self._sessions.run():
            yield

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request: its file is taken out of the body, so that the SDK handles a few fields only."""
        request = Request(scope, receive)
        scope["route"] = self.route  # for the audit log; FastAPI's own routes set it too
        try:
            _check_origin(request, self._service.config.http)
            fields = await self._take_in(request)
        except AppError as error:
            await _refuse(request, error)(scope, receive, send)
            return
        inner = dict(scope, headers=list(scope["headers"]))
        MutableHeaders(scope=inner)["content-length"] = str(len(fields))
        await self._sessions.handle_request(inner, _replay(fields, receive), send)

    async def _take_in(self, request: Request) -> bytes:
        config = self._service.config
        limit = json_bytes(max(config.limits.max_bytes, config.documents.max_bytes))
        async with taking_in(request, limit, config.http.deadline_s) as arriving:
            body = await arriving.body()
            fields, request.state.mcp_file = await asyncio.to_thread(_take_out_file, body)
            return fields

    async def _list(self, _: ServerRequestContext[Any], __: PaginatedRequestParams | None) -> ListToolsResult:
        return ListToolsResult(tools=self._tools)

    async def _call(self, context: ServerRequestContext[Any], params: CallToolRequestParams) -> CallToolResult:
        request = context.request
        if not isinstance(request, Request):
            raise TypeError(f"The transport brought {type(request).__name__}, not the HTTP request")
        try:
            tool = TOOLS.get(params.name)
            if tool is None:
                raise InvalidParameter(f"There is no tool {params.name[:80]!r}. The tools are {', '.join(TOOLS)}")
            asked = _read_arguments(tool, params.arguments or {}, request.state.mcp_file)
            with span(f"tool {tool.name}"):
                return _write_answer(await tool.call(self._service, request, asked))
        except AppError as error:
            return _write_error(error)
        except Exception:
            logger.exception("Request %s failed", request_id(request))
            return _write_error(AppError(f"The service failed. Its log names the cause under {request_id(request)}"))


def _describe(tool: Tool, *, with_url: bool) -> ListedTool:
    schema = tool.arguments.model_json_schema()
    if with_url:
        schema["properties"]["file"]["description"] = _URL_TOO
    return ListedTool(
        name=tool.name,
        title=tool.title,
        description=tool.description,
        input_schema=schema,
        output_schema=tool.result.model_json_schema(mode="serialization"),
        annotations=ToolAnnotations(read_only_hint=True, idempotent_hint=True, open_world_hint=False),
    )


def _check_origin(request: Request, config: HttpConfig) -> None:
    """Refuse browsers' pages that the config does not name, as the protocol demands.

    A page whose name is bound to 127.0.0.1 after it was loaded could otherwise call a service on this machine.

    Raises:
        Forbidden: a browser's page of another origin calls.
    """
    origin = request.headers.get("origin")
    if origin is not None and "*" not in config.cors_origins and origin not in config.cors_origins:
        raise Forbidden(f"Pages of {origin[:200]} may not call this service: http.cors_origins does not name them")


def _take_out_file(body: bytes) -> tuple[bytes, str | None]:
    """The message with an empty `file`, and the file, if a tool is called with one."""
    message = parse_json(body)
    if not isinstance(message, dict):
        raise InvalidParameter("body: one JSON-RPC message is expected")
    params = message.get("params")
    arguments = params.get("arguments") if isinstance(params, dict) else None
    if not isinstance(arguments, dict) or not isinstance(file := arguments.get("file"), str):
        return body, None
    arguments["file"] = ""
    return json.dumps(message).encode(), file


def _read_arguments(tool: Tool, arguments: dict[str, Any], file: str | None) -> Any:
    given = arguments if file is None else {**arguments, "file": file}
    try:
        return tool.arguments.model_validate(given)
    except ValidationError as error:
        problems = [f"{'.'.join(map(str, problem['loc']))}: {problem['msg']}" for problem in error.errors()]
        raise InvalidParameter(
            f"{'; '.join(problems)[:1000]}. Arguments: {', '.join(tool.arguments.model_fields)}"
        ) from None


def _write_answer(answer: Answer) -> CallToolResult:
    content = [TextContent(text=answer.text)]
    if answer.notes:
        content.append(TextContent(text="\n".join(f"- {note}" for note in answer.notes)))
    return CallToolResult(content=list(content), structured_content=answer.values)


def _write_error(error: AppError) -> CallToolResult:
    if error.retry_after:
        advice = f" Try again in {error.retry_after} s."
    else:
        advice = " Trying again later may help." if error.retryable else ""
    return CallToolResult(content=[TextContent(text=f"{error.code}: {error.message}.{advice}")], is_error=True)


def _refuse(request: Request, error: AppError) -> JSONResponse:
    """A JSON-RPC error, for a request of which no message was read."""
    detail = {"code": error.code, "retryable": error.retryable, "request_id": request_id(request)}
    content = {
        "jsonrpc": "2.0",
        "id": None,
        "error": {"code": INVALID_REQUEST, "message": error.message, "data": detail},
    }
    headers = {"Retry-After": str(error.retry_after)} if error.retry_after else None
    return JSONResponse(content, error.status, headers)


def _replay(body: bytes, receive: Receive) -> Receive:
    """What an application receives: this body, and then what the client does."""
    sent = False

    async def replay() -> Message:
        nonlocal sent
        if sent:
            return await receive()
        sent = True
        return {"type": "http.request", "body": body, "more_body": False}

    return replay
