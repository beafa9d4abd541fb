"""Writes the page of licences, in an environment with the service: python -m tests.licences > docs/licences.md."""

import json
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from serve_app.layout.weights import ORIENTATION, REGIONS, TABLE_STRUCTURE
from serve_app.ocr.weights import DETECTION, LINE_ORIENTATION, RECOGNITION

ROOT = Path(__file__).parents[1]

WEIGHTS = {
    "text detection": DETECTION,
    "text recognition": RECOGNITION,
    "orientation of lines": LINE_ORIENTATION,
    "regions of pages": REGIONS,
    "orientation of pages": ORIENTATION,
    "cells of tables": TABLE_STRUCTURE,
}

PAGE = """# Licences

serve-app itself is under the [Apache License 2.0](../LICENSE). Nothing of what follows is copied into its repository; a
plain install brings it. This page is written by `python -m tests.licences`.

## Weights

| For | Model | Comes with | Licence | SHA-256, checked when it is loaded |
|---|---|---|---|---|
{weights}
| charts | ChartGraph | serve-app, trained on its own drawings: [card](../serve_app/chartgraph/CARD.md) | Apache-2.0 | |

The six are models of PaddleOCR (Copyright PaddlePaddle Authors, Apache-2.0), in the packages that redistribute them.
**Models that a config names instead are downloaded or brought by whoever runs the service, under the licences on their
cards**, which are not all as free: read the card before you use one for others.

## Packages

{count} packages, as their own metadata has it, on Linux with Python {python}. A CUDA build of torch also brings the
libraries of NVIDIA, under its own terms.

- Under GPL: {gpl}. It is the program HAProxy, which runs as a process of its own and only where it is asked for.
- Under weak copyleft (LGPL, MPL): {weak}; and FFmpeg and Qt (LGPL) inside the wheel of opencv-python.
  Each is a library of its own that can be replaced; none is changed. Of pi_heif, libheif and libde265 are (its own code
  is under BSD-3-Clause). They decode HEVC, on which there are patents in many countries.

| Package | Version | Licence | Home |
|---|---|---|---|
{packages}
"""


def list_direct() -> list[Requirement]:
    """What pyproject.toml asks for."""
    return [
        Requirement(line) for line in tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["dependencies"]
    ]


def list_needed() -> Iterator[str]:
    """The packages that a plain install needs on this machine."""
    waiting, seen = list_direct(), set()
    while waiting:
        requirement = waiting.pop()
        name = canonicalize_name(requirement.name)
        for extra in ("", *sorted(requirement.extras)):
            if (name, extra) in seen:
                continue
            seen.add((name, extra))
            try:
                required = distribution(name).requires or []
            except PackageNotFoundError:  # of an extra that a package asks for on other platforms
                continue
            waiting += [
                one for one in map(Requirement, required) if one.marker is None or one.marker.evaluate({"extra": extra})
            ]
    return iter(sorted({name for name, _ in seen}))


def describe_packages() -> list[dict[str, str]]:
    """Name, version, licence and home of each, by pip-licenses."""
    tool = [sys.executable, "-m", "piplicenses", "--from=mixed", "--format=json", "--with-urls", "--with-system"]
    answer = subprocess.run([*tool, "--packages", *list_needed()], check=True, capture_output=True)
    return sorted(json.loads(answer.stdout), key=lambda package: package["Name"].lower())


def main() -> None:
    """Print the page."""
    packages = describe_packages()
    rows = []
    for package in packages:
        licence = " ".join(package["License"].split()).replace("|", "/")[:120]
        home = "" if package["URL"] == "UNKNOWN" else f"<{package['URL']}>"
        rows.append(f"| {package['Name']} | {package['Version']} | {licence} | {home} |")
    gpl = [package["Name"] for package in packages if re.search(r"\bGPL", package["License"])]
    weak = [package["Name"] for package in packages if re.search(r"LGPL|MPL|Mozilla", package["License"])]
    weights = [
        f"| {use} | {w.model_name} | {w.requirement} | Apache-2.0 | `{w.sha256}` |" for use, w in WEIGHTS.items()
    ]
    text = PAGE.format(
        weights="\n".join(weights),
        packages="\n".join(rows),
        count=len(packages),
        gpl=", ".join(gpl),
        weak=", ".join(weak),
        python=".".join(map(str, sys.version_info[:2])),
    )
    print(text, end="")


if __name__ == "__main__":
    main()
