"""The documentation of all settings, made from `serve_app.config`: `serve-app settings`."""

import json
from collections.abc import Iterator
from typing import Any, get_args

from annotated_types import Ge, Gt, Le, Lt
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from serve_app.config import AppConfig, Section

_SIGNS = {Ge: "≥", Gt: ">", Le: "≤", Lt: "<"}

_HEAD = """\
# Configuration

A Serve config has two halves. `args:` is what the application does: the settings below. `deployments:` is how many
replicas there are and how much each takes on: [Ray Serve's own settings](https://docs.ray.io/en/latest/serve/configure-serve-deployment.html).
Serve ignores names that it does not know; `serve-app check FILE` finds them.

This page is printed by `serve-app settings`.
"""


def describe_settings() -> str:
    """All settings in Markdown: a table for each section."""
    return "\n".join([_HEAD, *_describe_section("", AppConfig)])


def _describe_section(prefix: str, section: type[BaseModel]) -> Iterator[str]:
    yield f"## {'args' if not prefix else f'`{prefix}`'}\n"
    yield f"{' '.join((section.__doc__ or '').split())}\n"
    yield "| Name | Default | Meaning |\n|---|---|---|"
    inner: list[tuple[str, type[BaseModel]]] = []
    for name, field in section.model_fields.items():
        path = f"{prefix}.{name}" if prefix else name
        found = _find_section(field)
        if found is not None:
            inner.append((path, found))
        if found is None or field.default is None:
            yield f"| `{path}` | {_describe_default(field)} | {_describe_meaning(field)} |"
    yield ""
    for path, found in inner:
        yield from _describe_section(path, found)


def _find_section(field: FieldInfo) -> type[BaseModel] | None:
    for kind in (field.annotation, *get_args(field.annotation)):
        if isinstance(kind, type) and issubclass(kind, Section):
            return kind
    return None


def _describe_default(field: FieldInfo) -> str:
    if field.is_required():
        return "required"
    if field.default is None or field.default == {}:
        return "none"
    return f"`{field.default if isinstance(field.default, str) else json.dumps(field.default)}`"


def _describe_meaning(field: FieldInfo) -> str:
    parts = [" ".join((field.description or "").split())]
    choices = [value for value in _list_choices(field.annotation) if f"`{value}`" not in parts[0]]
    if choices:
        parts.append(f"One of {', '.join(f'`{value}`' for value in _list_choices(field.annotation))}.")
    bounds = [
        f"{sign} {getattr(rule, kind.__name__.lower()):,}"
        for rule in _list_rules(field)
        for kind, sign in _SIGNS.items()
        if isinstance(rule, kind)
    ]
    if bounds:
        parts.append(f"({', '.join(bounds)})")
    return " ".join(filter(None, parts)).replace("|", "\\|")


def _list_choices(annotation: Any) -> list[str]:
    return [value for value in get_args(annotation) if isinstance(value, str)]


def _list_rules(field: FieldInfo) -> Iterator[Any]:
    yield from field.metadata
    for part in get_args(field.annotation):
        for rule in getattr(part, "__metadata__", ()):
            yield from getattr(rule, "metadata", [rule])
