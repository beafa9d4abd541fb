"""API keys as they are kept: a name, the hash of a token, and what it may do. No token is ever stored.

A token is 256 random bits, so that one round of SHA-256 keeps it: slow hashes such as Argon2 protect passwords, which
can be guessed. Whoever reads the file would have to try 2^255 tokens, and a check takes no time to speak of.
"""

import hashlib
import hmac
import os
import secrets
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from serve_app.errors import ConfigError

PREFIX = "sa_"
"""Of each token, by which scanners for leaked secrets find it."""

Scope = Literal["read", "admin"]


class Key(BaseModel):
    """A key. `read` is for reading and for one's own jobs; `admin` also for seeing and ending the jobs of others."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._@-]{0,63}$")]
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    scope: Scope = "read"
    per_minute: Annotated[int, Field(ge=1)] | None = None
    """Requests a minute in each ingress replica; none: unbounded."""
    concurrency: Annotated[int, Field(ge=1)] | None = None
    """Requests in flight at once in each ingress replica; none: unbounded."""


class Keys(BaseModel):
    """The content of a file of keys."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    keys: tuple[Key, ...] = ()

    @field_validator("keys")
    @classmethod
    def _names_differ(cls, keys: tuple[Key, ...]) -> tuple[Key, ...]:
        names = [key.name for key in keys]
        if len(set(names)) != len(names):
            raise ValueError("two keys have the same name")
        return keys


def make_token() -> str:
    """A new token of 256 random bits."""
    return PREFIX + secrets.token_urlsafe(32)


def hash_token(token: str) -> str:
    """The SHA-256 of a token, in hexadecimal."""
    return hashlib.sha256(token.encode()).hexdigest()


def find_key(keys: Iterable[Key], token: str) -> Key | None:
    """The key of a token. Takes the same time whichever it is: all are compared, each in constant time."""
    digest, found = hash_token(token), None
    for key in keys:
        if hmac.compare_digest(key.sha256, digest):
            found = key
    return found


def parse_keys(text: str, source: str) -> tuple[Key, ...]:
    """The keys in the text of a file or variable, which `source` names in the error.

    Raises:
        ConfigError: it is not what `serve-app keys` writes.
    """
    try:
        return Keys.model_validate_json(text).keys
    except ValidationError as error:
        problem = error.errors(include_input=False)[0]
        place = ".".join(map(str, problem["loc"])) or "the whole"
        raise ConfigError(f"{source} holds no API keys: {place}: {problem['msg']}. See docs/keys.md") from None


def read_keys(path: Path) -> tuple[Key, ...]:
    """The keys of a file.

    Raises:
        ConfigError: it cannot be read, or is not a file of keys.
    """
    try:
        return parse_keys(path.read_text(encoding="utf-8"), str(path))
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path} cannot be read: {getattr(error, 'strerror', None) or error}") from error


def write_keys(path: Path, keys: Iterable[Key]) -> None:
    """Replace a file of keys in one step; only its owner may read it.

    Raises:
        ConfigError: it cannot be written.
    """
    text = Keys(keys=tuple(keys)).model_dump_json(indent=2, exclude_none=True) + "\n"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=path.name)  # with mode 0600
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
        Path(name).replace(path)
    except OSError as error:
        raise ConfigError(f"{path} cannot be written: {error.strerror}") from error
