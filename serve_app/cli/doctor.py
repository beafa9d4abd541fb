"""What of this machine the service needs, looked at one by one."""

import os
import platform
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from importlib.metadata import PackageNotFoundError, requires, version
from pathlib import Path

from packaging.requirements import Requirement

from serve_app.cli.environment import complete
from serve_app.cli.processes import find_listener, is_left_over
from serve_app.config import MIB, Limits
from serve_app.errors import ConfigError

GIB = 1024**3
PORTS = {8000: "the service", 8265: "Ray's dashboard"}
HAPROXY_PORTS = {8404: "HAProxy's statistics", 9101: "HAProxy's metrics", 8500: "Serve's proxy behind HAProxy"}

LEAST_MEMORY = 4 * GIB
"""Free memory for the shipped config: Ray itself and one replica of each deployment, with the bundled models."""

LEAST_DISK = 2 * GIB
"""Free where Ray keeps its session; it stops placing work on a node whose disk is nearly full."""

_FRAMEWORKS = {
    "torch": "import torch as t; print(t.__version__, 'CUDA', t.version.cuda, 'sees', t.cuda.device_count(), 'GPUs')",
    "paddle": (
        "import paddle as p; c = p.device.is_compiled_with_cuda(); "
        "print(p.__version__, 'CUDA', p.version.cuda() if c else None, "
        "'sees', p.device.cuda.device_count() if c else 0, 'GPUs')"
    ),
}


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that was looked at; `advice` is what to do if it is not fine."""

    what: str
    fine: bool
    found: str
    advice: str = ""

    def as_json(self) -> dict[str, object]:
        """For machines."""
        return asdict(self)

    def __str__(self) -> str:
        told = f"{'ok  ' if self.fine else 'BAD '} {self.what}: {self.found}"
        return told if self.fine else f"{told}\n     {self.advice}"


def examine() -> Iterator[Finding]:
    """Everything, in the order in which it would fail."""
    yield check_python(sys.version_info[:2])
    yield check_packages(list_requirements())
    cards = find_cards()
    yield Finding("GPU", True, "; ".join(cards) or "none: the models run on the CPU")
    for name, probe in _FRAMEWORKS.items():
        yield check_framework(name, probe, bool(cards))
    for port in (*PORTS, *HAPROXY_PORTS):
        yield check_port(port)
    yield from check_folders()
    memory = Path("/proc/meminfo").read_text()
    yield check_memory(read_available(memory))
    yield check_image(read_available(memory), Limits())
    for card in cards:
        yield check_card(card)


def check_python(found: tuple[int, int]) -> Finding:
    """The release of Python, which the package's metadata bounds."""
    return Finding(
        "Python",
        (3, 11) <= found < (3, 13),
        f"{platform.python_version()} at {sys.executable}",
        "Use Python 3.11 or 3.12: python3.11 -m venv …",
    )


def list_requirements() -> list[str]:
    """What the package asks for; itself, if it is not installed."""
    try:
        return requires("serve-app") or []
    except PackageNotFoundError:
        return ["serve-app"]


def check_packages(requirements: list[str]) -> Finding:
    """The packages that the installed metadata asks for, without extras."""
    wrong = []
    for requirement in map(Requirement, requirements):
        if requirement.marker is not None and not requirement.marker.evaluate({"extra": ""}):
            continue
        try:
            found = version(requirement.name)
        except PackageNotFoundError:
            wrong.append(f"{requirement.name} is missing")
            continue
        if not requirement.specifier.contains(found, prereleases=True):
            wrong.append(f"{requirement.name} is {found}, not {requirement.specifier}")
    advice = "Install again into a fresh environment: pip install serve-app"
    return Finding("packages", not wrong, "; ".join(wrong) or "all there", advice)


def find_cards() -> list[str]:
    """Names and memory of the GPUs that NVIDIA's driver sees."""
    query = ["nvidia-smi", "--query-gpu=name,memory.total,driver_version", "--format=csv,noheader"]
    try:
        answer = subprocess.run(query, capture_output=True, text=True, timeout=30, check=True)
    except (OSError, subprocess.SubprocessError):
        return []
    return [line.strip() for line in answer.stdout.splitlines() if line.strip()]


def check_framework(name: str, probe: str, with_card: bool) -> Finding:
    """A model library, imported in a process of its own: no process may hold two."""
    answer = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, timeout=300, check=False)
    if answer.returncode:
        missing = f"No module named '{name}'" in answer.stderr
        last = answer.stderr.strip().splitlines()[-1:] or ["it died"]
        # Paddle is only for its own engine.
        return Finding(
            name,
            missing and name == "paddle",
            "not installed" if missing else last[0],
            f"Install {name} again: it cannot be imported" if not missing else f"pip install {name}",
        )
    found = answer.stdout.strip().splitlines()[-1]
    blind = with_card and "sees 0 GPUs" in found
    advice = "There is a GPU, but this build does not use it: install the CUDA build, see README, On a GPU"
    return Finding(name, not blind or (name == "paddle" and "CUDA None" in found), found, advice)


def check_port(port: int) -> Finding:
    """Whether a port is free, and who holds it if not."""
    use = (PORTS | HAPROXY_PORTS).get(port)
    what = f"port {port} ({use})" if use else f"port {port}"
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("", port))
        except OSError as error:
            return _describe_taken(what, port, error)
    return Finding(what, True, "free")


def check_folders() -> Iterator[Finding]:
    """The home, the folder of jobs, and that of Ray's session, as `serve-app up` chooses them."""
    try:
        environment = complete(os.environ)
    except ConfigError as error:
        yield Finding("folders", False, str(error), _FOLDER_ADVICE)
        return
    home = Path(environment["HOME"])
    session = Path(environment.get("RAY_TMPDIR") or environment.get("TMPDIR") or "/tmp")
    for folder in (home, Path(environment.get("XDG_STATE_HOME") or home / ".local/state"), session):
        yield check_folder(folder)
    yield check_disk(session, shutil.disk_usage(session).free)


def check_folder(folder: Path) -> Finding:
    """Whether a folder can be written, or made."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=folder):
            pass
    except OSError as error:
        return Finding(f"folder {folder}", False, f"cannot be written: {error.strerror}", _FOLDER_ADVICE)
    return Finding(f"folder {folder}", True, "can be written")


_FOLDER_ADVICE = "Give this user the folder, or set HOME, XDG_STATE_HOME or jobs.folder to one that it can write"


def check_disk(folder: Path, free: int) -> Finding:
    """The room for Ray's session."""
    return Finding(
        f"disk at {folder}", free >= LEAST_DISK, f"{free / GIB:.1f} GiB free", "Make room, or start Ray elsewhere"
    )


def check_memory(available: int) -> Finding:
    """The memory for the shipped config."""
    return Finding(
        "memory",
        available >= LEAST_MEMORY,
        f"{available / GIB:.1f} GiB available",
        f"The shipped config needs about {LEAST_MEMORY // GIB} GiB: end other programs, or leave out deployments",
    )


def check_image(available: int, limits: Limits) -> Finding:
    """The largest image that is let in, as the RGB pixels that it is decoded to, against the memory that there is."""
    need = 3 * limits.max_pixels
    side = int(limits.max_pixels**0.5)
    return Finding(
        "largest image",
        4 * need <= available,  # decoded, turned, and scaled for two models
        f"{limits.max_pixels:,} pixels ({side:,} x {side:,}) by default, {need / MIB:.0f} MiB decoded",
        "Set limits.max_pixels lower",
    )


def check_card(card: str) -> Finding:
    """The largest page that OCR reads whole on a GPU, by what `serve-app plan` finds for its memory."""
    from serve_app.planning.plan import make_plan

    name, memory, _ = (part.strip() for part in card.split(","))
    try:
        plan = make_plan("opendatalab/MinerU2.5-Pro-2605-1.2B", int(memory.removesuffix("MiB")) * MIB)
    except ConfigError as error:
        return Finding(f"models on {name}", False, str(error), "Use the bundled models, or a larger GPU")
    sides = f"{plan.layout.ocr_side} pixels a side" if plan.ocr else "none: OCR stays on the CPU"
    return Finding(f"largest image on {name}", True, f"{sides}, beside the chart model; computed, see serve-app plan")


def read_available(meminfo: str) -> int:
    """Bytes that Linux can give without swapping, from the text of /proc/meminfo."""
    [line] = [line for line in meminfo.splitlines() if line.startswith("MemAvailable:")]
    return int(line.split()[1]) * 1024


def _describe_taken(what: str, port: int, error: OSError) -> Finding:
    holder = find_listener(port)
    if holder is None:
        return Finding(what, False, error.strerror or str(error), "See who holds it: ss -ltnp, as root")
    found = f"held by {holder.name} (process {holder.pid})"
    if is_left_over(holder):
        advice = f"It is left over from a Ray that was killed, and keeps the next from starting: kill {holder.pid}"
        return Finding(what, False, found, advice)
    if holder.name.startswith(("haproxy", "ray", "serve")):
        return Finding(
            what, False, found, "A Ray runs here already: `serve status`; `serve shutdown` and `ray stop` end it"
        )
    return Finding(what, False, found, f"End it, or use another port: kill {holder.pid}")
