"""The page at `/` and Swagger UI at `/docs`: static files that are installed with the application, and no others.

Nothing is fetched from another host, and the Content-Security-Policy forbids it, so that both work offline and text
that was read from an image can run nothing.
"""

import os
from pathlib import Path

from fastapi import FastAPI, Request, Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

PAGE = Path(__file__).parent / "page"
"""HTML, CSS and JavaScript modules, sent as they are."""

_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'{inline}; img-src 'self' blob: data:; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_PAGE_POLICY = _POLICY.format(inline="")
_DOCS_POLICY = _POLICY.format(inline=" 'unsafe-inline'")  # Swagger UI writes style attributes


class Assets(StaticFiles):
    """Files with their security headers; a browser keeps them and asks by ETag whether they have changed."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        """The file, 304 where the browser has it already."""
        response = await super().get_response(path, scope)
        response.headers.update(
            {
                "Cache-Control": "no-cache",
                "Content-Security-Policy": _DOCS_POLICY if os.path.basename(path) == "docs.html" else _PAGE_POLICY,
                "Referrer-Policy": "no-referrer",
                "X-Content-Type-Options": "nosniff",
            }
        )
        return response


def add_site(app: FastAPI) -> None:
    """Serve the page at `/`, its files under `/page`, Swagger UI at `/docs`, and its files under `/swagger`."""
    assets = Assets(directory=PAGE)
    app.mount("/page", assets)
    app.mount("/swagger", Assets(packages=[("fastapi_offline", "static")]))

    @app.api_route("/", methods=["GET", "HEAD"], include_in_schema=False)
    async def show_page(request: Request) -> Response:
        return await assets.get_response("index.html", request.scope)

    @app.api_route("/docs", methods=["GET", "HEAD"], include_in_schema=False)
    async def show_docs(request: Request) -> Response:
        return await assets.get_response("docs.html", request.scope)
