"""Finds mistakes in a Serve config before it is deployed.

Serve ignores names that it does not know, at every level of the file, so that `max_ongoing_request: 3` passes in
silence and changes nothing. Here each name is checked against the schema of Ray Serve and of this application.
"""

from collections.abc import Iterator, Mapping, Sequence
from difflib import get_close_matches
from inspect import isclass
from typing import Any, Union, get_args, get_origin

import yaml
from pydantic import BaseModel, ValidationError
from ray.serve.config import AutoscalingConfig
from ray.serve.schema import ServeDeploySchema

from serve_app.api.access import find_open_door
from serve_app.config import AppConfig
from serve_app.errors import ConfigError
from serve_app.planning.shares import check_cards, check_wholes

IMPORT_PATH = "serve_app.app:build_app"
DEPLOYMENTS = ("Ingress", "Ocr", "Chart", "Layout", "Jobs")


def check_file(path: str, card_bytes: int | None = None, cards: int = 1) -> list[str]:
    """The mistakes in a Serve config file, each a sentence that begins with the place; empty if there are none.

    With `card_bytes`, also what does not fit `cards` GPUs of that memory.

    Raises:
        ConfigError: the file cannot be read, or is not YAML.
    """
    try:
        with open(path, encoding="utf-8") as file:
            document = yaml.safe_load(file)
    except OSError as error:
        raise ConfigError(f"{path} cannot be read: {error.strerror}") from error
    except yaml.YAMLError as error:
        raise ConfigError(f"{path} is not YAML: {error}") from error
    return check_document(document, card_bytes, cards)


def check_document(document: Any, card_bytes: int | None = None, cards: int = 1) -> list[str]:
    """The mistakes in a parsed Serve config, as `check_file` tells them."""
    if not isinstance(document, Mapping):
        return ["the file must hold a mapping with `applications`"]
    found = list(_unknown_names(document, ServeDeploySchema, ""))
    found += _invalid_values(document, ServeDeploySchema, "")
    applications = document.get("applications")
    for index, application in enumerate(applications if isinstance(applications, list) else []):
        if isinstance(application, Mapping) and application.get("import_path") == IMPORT_PATH:
            found += _check_application(application, f"applications[{index}]")
            if not found:
                found += _check_access(document, application, f"applications[{index}]")
            if card_bytes is not None and not found:
                found += _check_memory(application, f"applications[{index}]", card_bytes, cards)
    return list(dict.fromkeys(found))


def _check_application(application: Mapping[str, Any], place: str) -> Iterator[str]:
    arguments = application.get("args") or {}
    problems = list(_unknown_names(arguments, AppConfig, f"{place}.args"))
    problems += _invalid_values(arguments, AppConfig, f"{place}.args")
    config = None if problems else AppConfig.model_validate(arguments)
    yield from problems if config is None else (f"{place}.{problem}" for problem in check_wholes(config))
    for index, deployment in enumerate(application.get("deployments") or []):
        if not isinstance(deployment, Mapping):
            continue
        at = f"{place}.deployments[{index}]"
        name = deployment.get("name")
        if name not in DEPLOYMENTS:
            yield f"{at}.name: no deployment is called {name!r}{_suggest(str(name), DEPLOYMENTS)}"
        if name == "Jobs" and config is not None and not config.jobs.enabled:
            yield f"{at}: args.jobs.enabled is false, so Serve would find no such deployment. Remove it"
        if "ray_actor_options" in deployment:
            yield (
                f"{at}.ray_actor_options: replaces the num_cpus and num_gpus that the application works out. "
                "Set them in args instead: args.ocr.num_gpus, args.chart.num_cpus, …"
            )
        if isinstance(deployment.get("autoscaling_config"), Mapping):
            yield from _invalid_values(deployment["autoscaling_config"], AutoscalingConfig, f"{at}.autoscaling_config")


def _check_access(document: Mapping[str, Any], application: Mapping[str, Any], place: str) -> Iterator[str]:
    host = ServeDeploySchema.model_validate(document).http_options.host  # all addresses, unless the file names one
    problem = find_open_door(AppConfig.model_validate(application.get("args") or {}).http, host)
    if problem is not None:
        yield f"{place}.args.http: {problem}"


def _check_memory(application: Mapping[str, Any], place: str, card_bytes: int, cards: int) -> Iterator[str]:
    replicas = dict.fromkeys(DEPLOYMENTS, (1, 1))
    for deployment in application.get("deployments") or []:
        replicas[deployment["name"]] = _count_replicas(deployment)
    try:
        args = AppConfig.model_validate(application.get("args") or {})
        yield from (f"{place}.{problem}" for problem in check_cards(args, replicas, card_bytes, cards))
    except ConfigError as error:
        yield f"{place}.args.{error}"


def _count_replicas(deployment: Mapping[str, Any]) -> tuple[int, int]:
    """The fewest and the most that Serve runs."""
    scaling, count = deployment.get("autoscaling_config"), deployment.get("num_replicas")
    if count == "auto":
        scaling = AutoscalingConfig.default().model_dump(exclude_unset=True) | (scaling or {})
    if scaling:
        config = AutoscalingConfig.model_validate(scaling)
        return config.min_replicas, config.max_replicas
    return count or 1, count or 1


def _unknown_names(value: Any, annotation: Any, place: str) -> Iterator[str]:
    """Walk the values beside the types that the schema declares for them."""
    model = _model_in(annotation)
    if model is not None and isinstance(value, Mapping):
        names = [field.alias or name for name, field in model.model_fields.items()]
        for name, inner in value.items():
            at = f"{place}.{name}".lstrip(".")
            if name in model.model_fields:
                yield from _unknown_names(inner, model.model_fields[name].annotation, at)
            elif name not in names:
                yield f"{at}: unknown name{_suggest(str(name), names)}"
    elif isinstance(value, Sequence) and not isinstance(value, str):
        inner_types = [inner for inner in _alternatives(annotation) if get_origin(inner) is list]
        for index, inner in enumerate(value if inner_types else ()):
            yield from _unknown_names(inner, get_args(inner_types[0])[0], f"{place}[{index}]")


def _invalid_values(value: Any, model: type[BaseModel], place: str) -> list[str]:
    try:
        model.model_validate(value)
    except ValidationError as error:
        return [
            f"{_join(place, problem['loc'])}: {problem['msg'].removeprefix('Value error, ')}"
            for problem in error.errors()
            if problem["type"] != "extra_forbidden"  # already found, with a suggestion
        ]
    return []


def _model_in(annotation: Any) -> type[BaseModel] | None:
    """The pydantic model among a type's alternatives, as in `Dict | AutoscalingConfig | None`."""
    for inner in _alternatives(annotation):
        if isclass(inner) and issubclass(inner, BaseModel):
            return inner
    return None


def _alternatives(annotation: Any) -> tuple[Any, ...]:
    return get_args(annotation) if get_origin(annotation) in (Union, type(int | str)) else (annotation,)


def _join(place: str, steps: tuple[int | str, ...]) -> str:
    for step in steps:
        place += f"[{step}]" if isinstance(step, int) else f".{step}"
    return place.lstrip(".") or "the file"


def _suggest(name: str, names: Sequence[str]) -> str:
    close = get_close_matches(name, names, n=1, cutoff=0.5)
    return f"; did you mean {close[0]}?" if close else f" (known: {', '.join(sorted(names))})"
