"""The files that the arguments of `read` name, and where the answer for each is written."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from glob import glob, has_magic
from pathlib import Path

from serve_app.errors import ConfigError

SUFFIXES = frozenset(
    {".pdf", ".png", ".jpg", ".jpeg", ".webp", ".bmp", ".tif", ".tiff", ".gif", ".avif", ".heic", ".heif"}
)
"""Of the files that are taken from folders; a file that is named is read whatever its name."""


@dataclass(frozen=True, slots=True)
class Source:
    """A file to read; `name` is its path below the folder that was named, with which its results begin."""

    path: Path
    name: str


def find_sources(arguments: Iterable[str]) -> list[Source]:
    """Files, the files of folders and what patterns match, each once, in order.

    Raises:
        ConfigError: a path is not there, nothing is found, or two results would have one name.
    """
    found: dict[Path, Source] = {}
    for argument in arguments:
        for source in _expand(argument):
            found.setdefault(source.path.resolve(), source)
    names: dict[str, Path] = {}
    for source in found.values():
        other = names.setdefault(source.name, source.path)
        if other != source.path:
            raise ConfigError(
                f"{other} and {source.path} would both be written as {source.name}. Read them into folders of their "
                "own, or name the folder above them"
            )
    if not found:
        raise ConfigError(f"There is nothing to read. From folders these files are read: {', '.join(sorted(SUFFIXES))}")
    return list(found.values())


def _expand(argument: str) -> Iterator[Source]:
    path = Path(argument)
    if path.is_dir():
        for file in sorted(path.rglob("*")):
            inner = file.relative_to(path)
            if file.suffix.lower() in SUFFIXES and file.is_file() and not any(p.startswith(".") for p in inner.parts):
                yield Source(file, inner.as_posix())
    elif path.exists():
        yield Source(path, path.name)
    elif has_magic(argument):
        for match in sorted(glob(argument, recursive=True)):
            if Path(match).is_file():
                yield Source(Path(match), Path(match).name)
    else:
        raise ConfigError(f"{argument}: there is no such file or folder")
