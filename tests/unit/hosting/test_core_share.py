import os
import subprocess
import sys
from contextlib import ExitStack

import pytest

from serve_app.hosting import core_share
from serve_app.hosting.core_share import CoreShare, count_cores, open_share


@pytest.fixture
def share(tmp_path):
    """Builds the share of one more process of a machine with so many cores."""
    return lambda cores=2: CoreShare(cores, tmp_path / "cores")


def test_a_call_that_is_alone_gets_all_cores(share):
    ours, _ = share(), share()
    with ours.calling():
        assert ours.count_threads() == 2
    assert ours.count_threads() == 2


def test_calls_that_run_at_once_share_the_cores(share):
    ours, theirs = share(), share()
    with ours.calling():
        with theirs.calling():
            assert (ours.count_threads(), theirs.count_threads()) == (1, 1)
        assert ours.count_threads() == 2


@pytest.mark.parametrize(("cores", "calls", "threads"), [(8, 1, 4), (8, 2, 4), (8, 3, 2), (3, 2, 1), (1, 1, 1)])
def test_the_part_of_each_call(share, cores, calls, threads):
    running = [share(cores) for _ in range(calls)]
    with ExitStack() as stack:
        for other in running:
            stack.enter_context(other.calling())
        assert [other.count_threads() for other in running] == [threads] * calls


def test_more_calls_than_cores_have_one_thread_each(share):
    running = [share() for _ in range(3)]
    with running[0].calling(), running[1].calling(), running[2].calling():
        assert [other.count_threads() for other in running] == [1, 1, 1]


def test_a_call_that_fails_gives_its_cores_back(share):
    ours, theirs = share(), share()
    with pytest.raises(RuntimeError), theirs.calling():
        raise RuntimeError
    with ours.calling():
        assert ours.count_threads() == 2


def test_a_process_that_dies_gives_its_cores_back(share, tmp_path):
    ours = share()
    dying = (
        "import os, pathlib; from serve_app.hosting.core_share import CoreShare\n"
        f"with CoreShare(2, pathlib.Path({str(tmp_path / 'cores')!r})).calling():\n"
        "    print('runs', flush=True); os.kill(os.getpid(), 9)"
    )
    ended = subprocess.run([sys.executable, "-c", dying], capture_output=True, text=True, check=False)
    assert (ended.stdout, ended.returncode) == ("runs\n", -9)
    with ours.calling():
        assert ours.count_threads() == 2


def test_without_a_folder_each_call_takes_all_cores_and_that_is_told(tmp_path, caplog):
    (tmp_path / "cores").write_text("a file")
    ours, theirs = (CoreShare(2, tmp_path / "cores") for _ in range(2))
    with ours.calling(), theirs.calling():
        assert (ours.count_threads(), theirs.count_threads()) == (2, 2)
    assert "not seen" in caplog.text


def test_processes_of_one_user_share_a_folder(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    open_share()
    [folder] = tmp_path.iterdir()
    assert folder.name == f"serve-app-cores-{os.geteuid()}"
    assert folder.stat().st_mode & 0o077 == 0
    assert {file.name for file in folder.iterdir()} == {"claims", *map(str, range(count_cores()))}


@pytest.mark.parametrize(
    ("text", "cores"), [("max 100000", 8), ("250000 100000", 2), ("50000 100000", 1), ("900000 100000", 8), ("", 8)]
)
def test_cores_are_bounded_by_the_quota_of_a_container(tmp_path, monkeypatch, text, cores):
    monkeypatch.setattr(os, "sched_getaffinity", lambda _pid: set(range(8)))
    (tmp_path / "cpu.max").write_text(text)
    assert count_cores(tmp_path / "cpu.max") == cores
    assert count_cores(tmp_path / "none") == 8


def test_a_folder_of_another_user_is_not_shared(tmp_path, monkeypatch, caplog):
    monkeypatch.setattr(os, "geteuid", lambda: tmp_path.stat().st_uid + 1)
    ours, theirs = (CoreShare(2, tmp_path / "cores") for _ in range(2))
    with ours.calling(), theirs.calling():
        assert ours.count_threads() == 2
    assert "belongs to another user" in caplog.text


def test_a_call_claims_the_cores_unless_it_is_in_the_background(share):
    ours, theirs = share(), share()
    with ours.calling(background=True):
        assert not ours.is_claimed()
        with theirs.calling(background=True):
            assert not ours.is_claimed()
        with theirs.calling():
            assert ours.is_claimed()
        assert not ours.is_claimed()


def test_a_call_in_the_background_leaves_its_cores_while_it_rests(share, monkeypatch):
    ours, theirs = share(), share()
    seen = []
    monkeypatch.setattr(core_share.time, "sleep", lambda _: seen.append(theirs.count_threads()))
    with theirs.calling(), ours.calling(background=True):
        assert theirs.count_threads() == 1
        ours.rest()
        assert theirs.count_threads() == 1
    assert seen == [2]


def test_a_call_within_another_counts_once_and_claims_for_as_long_as_it_runs(share):
    ours, theirs = share(), share()
    with theirs.calling(background=True):
        with ours.calling(background=True):
            with ours.calling():
                assert theirs.is_claimed()
                assert (ours.count_threads(), theirs.count_threads()) == (1, 1)
            assert not theirs.is_claimed()
            assert theirs.count_threads() == 1  # the outer one still runs
        assert theirs.count_threads() == 2
