"""Errors of an upload as values: Serve logs what a replica raises as the replica's failure, with a traceback."""

from collections.abc import Awaitable, Callable, Coroutine
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from serve_app.errors import AppError

P = ParamSpec("P")
T = TypeVar("T")


def return_refusals(method: Callable[P, Awaitable[T]]) -> Callable[P, Coroutine[Any, Any, T | AppError]]:
    """Let a deployment's method return the 4xx errors that it raises; `ReplicaClient` raises them at the caller's.

    Those of 500 and above are still raised: they are the replica's failures, and are to be logged and counted.
    """

    @wraps(method)
    async def answer(*args: P.args, **kwargs: P.kwargs) -> T | AppError:
        try:
            return await method(*args, **kwargs)
        except AppError as error:
            if error.status >= 500:
                raise
            return error

    return answer
