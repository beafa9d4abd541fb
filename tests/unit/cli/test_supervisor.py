"""The process that runs `serve run` and stops it: a small server stands for it here."""

import signal
import subprocess
import sys
from threading import Event

import psutil
import pytest

from serve_app.api.draining import FOLDER_VARIABLE, Drain
from serve_app.cli import supervisor
from serve_app.cli.supervisor import run_until_stopped, stop, wait_until_idle
from tests.service import ROOT

SERVER = """
import os, signal, sys, time
from pathlib import Path
from serve_app.api.draining import Drain

folder, log = Path(os.environ["SERVE_APP_DRAIN"]), Path(sys.argv[1])
drain, busy = Drain(folder), sys.argv[2] == "busy"

def note(text):
    with log.open("a") as file:
        file.write(text + "\\n")
    print(text, flush=True)

def interrupted(*_):
    note("interrupted")
    sys.exit(3)

signal.signal(signal.SIGINT, interrupted)
with drain.hold():
    print("ready", flush=True)
    while not drain.begun:
        time.sleep(0.01)
    note("told")
    while busy:
        time.sleep(0.01)
    note("done")
while True:
    time.sleep(0.01)
"""

SUPERVISOR = """
import os, sys
from serve_app.cli.supervisor import run_until_stopped
sys.exit(run_until_stopped([sys.executable, "-c", *sys.argv[2:]], os.environ, float(sys.argv[1])))
"""


@pytest.fixture
def start(tmp_path):
    started = []

    def run(work, grace_s):
        command = [sys.executable, "-c", SUPERVISOR, str(grace_s), SERVER, str(tmp_path / "log"), work]
        process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        started.append(process)
        assert process.stdout.readline() == "ready\n"
        return process

    yield run
    for process in started:
        if process.poll() is None:
            for child in psutil.Process(process.pid).children():
                child.kill()
            process.kill()
        process.communicate()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_what_is_in_flight_ends_before_the_service_is_interrupted(start, tmp_path, number):
    process = start("short", 60)
    process.send_signal(number)
    assert process.wait(30) == 0
    assert (tmp_path / "log").read_text().split() == ["told", "done", "interrupted"]


def test_what_takes_longer_than_the_grace_is_lost_and_that_is_said(start, tmp_path):
    process = start("busy", 0.2)
    process.send_signal(signal.SIGTERM)
    assert process.wait(30) == 0
    assert (tmp_path / "log").read_text().split() == ["told", "interrupted"]
    assert "still in flight after 0.2 s, and are lost" in process.stderr.read()


def test_a_second_signal_ends_the_wait(start, tmp_path):
    process = start("busy", 600)
    process.send_signal(signal.SIGINT)
    assert "a second signal ends them" in process.stderr.readline()
    assert process.stdout.readline() == "told\n"
    process.send_signal(signal.SIGINT)
    assert process.wait(30) == 0
    assert (tmp_path / "log").read_text().split() == ["told", "interrupted"]


def test_the_status_of_a_command_that_ends_by_itself_is_told():
    before = signal.getsignal(signal.SIGTERM)
    assert run_until_stopped([sys.executable, "-c", "import sys; sys.exit(7)"], {}, 1) == 7
    assert signal.getsignal(signal.SIGTERM) == before


def test_the_command_is_told_the_folder():
    code = f"import os, sys; sys.exit(os.path.isdir(os.environ['{FOLDER_VARIABLE}']))"
    assert run_until_stopped([sys.executable, "-c", code], {"A": "b"}, 1) == 1


def test_nothing_in_flight_is_not_waited_for(tmp_path, monkeypatch):
    monkeypatch.setattr(supervisor, "SENT_S", 0)
    wait_until_idle(Drain(tmp_path), 600, Event())


def test_a_command_that_ignores_the_interrupt_is_killed_with_what_it_started(monkeypatch):
    monkeypatch.setattr(supervisor, "STOP_S", 0.1)
    code = (
        "import signal, subprocess, sys, time\n"
        "signal.signal(signal.SIGINT, signal.SIG_IGN)\n"
        "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'])\n"
        "print(child.pid, flush=True); time.sleep(15)"
    )
    command = [sys.executable, "-c", code]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, start_new_session=True) as process:
        child = psutil.Process(int(process.stdout.readline()))
        stop(process)
        assert process.returncode == -signal.SIGKILL
    _, alive = psutil.wait_procs([child], timeout=30)
    assert not alive or child.status() == psutil.STATUS_ZOMBIE


def test_the_command_leads_a_session_of_its_own():
    code = "import os, sys; sys.exit(os.getsid(0) != os.getpid())"
    assert run_until_stopped([sys.executable, "-c", code], {}, 1) == 0


def test_the_commands_environment_is_that_of_the_caller():
    code = "import os, sys; sys.exit(os.environ['A'] != 'b')"
    assert run_until_stopped([sys.executable, "-c", code], {"A": "b"}, 1) == 0
