import os
import tempfile

import pytest

from serve_app.cli import environment
from serve_app.cli.environment import HAPROXY_FILES, complete
from serve_app.errors import ConfigError


@pytest.fixture(autouse=True)
def _ask_python_again(monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", None)
    for name in ("TMPDIR", "TEMP", "TMP"):
        monkeypatch.delenv(name, raising=False)


def test_where_all_can_be_written_nothing_changes(tmp_path):
    given = {"HOME": str(tmp_path), "PATH": "/bin"}
    assert complete(given) == given


@pytest.mark.parametrize("home", [None, "", "/nonexistent"])
def test_without_a_home_one_is_made_for_this_user_alone(tmp_path, home):
    given = {"TMPDIR": str(tmp_path)} | ({} if home is None else {"HOME": home})
    made = tmp_path / f"serve-app-home-{os.geteuid()}"
    for _ in range(2):  # it is there when the service starts again
        assert complete(given)["HOME"] == str(made)
        assert made.stat().st_mode & 0o777 == 0o700


def test_a_home_that_another_could_write_is_no_home(tmp_path):
    (tmp_path / f"serve-app-home-{os.geteuid()}").mkdir(mode=0o777)
    (tmp_path / f"serve-app-home-{os.geteuid()}").chmod(0o777)
    with pytest.raises(ConfigError, match="open to other users"):
        complete({"TMPDIR": str(tmp_path)})


def test_nor_is_a_link(tmp_path):
    (tmp_path / "elsewhere").mkdir(mode=0o700)
    (tmp_path / f"serve-app-home-{os.geteuid()}").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(ConfigError, match="open to other users"):
        complete({"TMPDIR": str(tmp_path)})


def test_haproxys_files_are_in_the_folder_that_can_be_written(tmp_path):
    found = complete({"TMPDIR": str(tmp_path), "HOME": str(tmp_path)})
    assert found["RAY_SERVE_HAPROXY_SOCKET_PATH"] == str(tmp_path / "haproxy" / "a.sock")
    assert found["RAY_SERVE_HAPROXY_SERVER_STATE_BASE"] == str(tmp_path / "haproxy")
    assert found.keys() >= HAPROXY_FILES.keys()
    assert "RAY_TMPDIR" not in found  # Ray takes TMPDIR itself


def test_the_files_of_another_users_haproxy_are_left_alone(tmp_path, monkeypatch):
    (tmp_path / "haproxy").mkdir()
    monkeypatch.setattr(environment.os, "access", lambda folder, _: folder != tmp_path / "haproxy")
    found = complete({"HOME": str(tmp_path), "TMPDIR": str(tmp_path)})
    assert found["RAY_SERVE_HAPROXY_SOCKET_PATH"] == str(tmp_path / f"haproxy-{os.geteuid()}" / "a.sock")


def test_the_variables_are_those_of_the_installed_ray():
    from ray.serve._private import constants

    for variable in HAPROXY_FILES:
        assert hasattr(constants, variable)


def test_where_tmp_cannot_be_written_another_folder_is_taken(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "_candidate_tempdir_list", lambda: [str(tmp_path)])
    found = complete({"HOME": str(tmp_path)})
    assert (found["RAY_TMPDIR"], found["TMPDIR"]) == (str(tmp_path), str(tmp_path))


def test_the_session_of_another_user_is_left_alone(tmp_path, monkeypatch):
    (tmp_path / "ray").mkdir()
    monkeypatch.setattr(environment.os, "access", lambda folder, _: folder != tmp_path / "ray")
    found = complete({"HOME": str(tmp_path), "TMPDIR": str(tmp_path)})
    assert found["RAY_TMPDIR"] == str(tmp_path / f"serve-app-home-{os.geteuid()}")


@pytest.mark.parametrize("variable", ["RAY_TMPDIR", "TMPDIR"])
def test_a_named_folder_that_cannot_be_written_is_told(variable):
    with pytest.raises(ConfigError, match=f"{variable} is /nonexistent"):
        complete({variable: "/nonexistent"})


def test_no_folder_at_all_is_told(monkeypatch):
    monkeypatch.setattr(tempfile, "_candidate_tempdir_list", list)
    with pytest.raises(ConfigError, match="Set TMPDIR"):
        complete({"HOME": "/"})


def test_a_read_only_home_counts_as_none(tmp_path, monkeypatch):
    monkeypatch.setattr(environment.os, "access", lambda folder, _: str(folder) != "/home/ada")
    monkeypatch.setattr(environment.Path, "is_dir", lambda _: True)
    assert complete({"HOME": "/home/ada", "TMPDIR": str(tmp_path)})["HOME"].startswith(str(tmp_path))
