import pytest

from serve_app.api.key_file import find_key, read_keys
from serve_app.cli.main import main


@pytest.fixture
def keys(tmp_path):
    path = tmp_path / "keys.json"
    return lambda *arguments: main(["keys", *arguments, "--file", str(path)]), path


def test_a_key_is_made_listed_and_removed(keys, capsys):
    run, path = keys
    assert run("add", "ada", "--rate", "60", "--concurrency", "4") == 0
    token = capsys.readouterr().out.strip()
    found = find_key(read_keys(path), token)
    assert (found.name, found.scope, found.per_minute, found.concurrency) == ("ada", "read", 60, 4)
    assert token not in path.read_text()
    assert run("add", "root", "--scope", "admin") == 0
    capsys.readouterr()
    assert run("list") == 0
    assert capsys.readouterr().out == "ada\tread\t60 a minute, 4 at once\nroot\tadmin\tunbounded\n"
    assert run("remove", "ada") == 0
    assert [key.name for key in read_keys(path)] == ["root"]


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["add", "ada"], "remove that one first"),
        (["add", "a b"], "name"),
        (["add", "bob", "--scope", "root"], "scope"),
        (["add", "bob", "--rate", "0"], "per_minute"),
        (["remove", "bob"], "has no key bob"),
    ],
)
def test_what_cannot_be_is_told_and_changes_nothing(keys, capsys, arguments, told):
    run, path = keys
    run("add", "ada")
    before = path.read_text()
    assert run(*arguments) == 2
    assert told in " ".join(capsys.readouterr().err.split())
    assert path.read_text() == before


def test_a_file_that_is_not_there_is_told(keys, capsys):
    assert keys[0]("list") == 2
    assert "No such file" in capsys.readouterr().err
