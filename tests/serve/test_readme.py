"""The requests in the README are sent as they stand there, and get the answers that are pasted there."""

import json
import re
import shutil
import subprocess

import pytest

from tests.service import ROOT

pytestmark = pytest.mark.serve

BLOCKS = re.findall(r"```console\n\$ (curl .*?)\n(.*?)```", (ROOT / "README.md").read_text(), re.DOTALL)


def test_the_readme_has_requests():
    assert len(BLOCKS) >= 3


@pytest.mark.skipif(not shutil.which("curl"), reason="needs curl")
@pytest.mark.parametrize(("command", "answer"), BLOCKS, ids=[command for command, _ in BLOCKS])
def test_a_request_gets_its_pasted_answer(service, command, answer):
    if "jq" in command and not shutil.which("jq"):
        pytest.skip("needs jq")
    command = command.replace("http://127.0.0.1:8000", str(service.base_url).rstrip("/"))
    given = subprocess.run(["bash", "-c", command], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert_alike(parse(given), parse(answer))


def parse(text):
    """Lines of JSON, or words and numbers."""
    try:
        return [json.loads(line) for line in text.splitlines()]
    except ValueError:
        return [parse_number(word) for word in re.split(r"[,\s]+", text.strip())]


def parse_number(word):
    try:
        return float(word)
    except ValueError:
        return word


def assert_alike(given, expected):
    """Equal, but for the request's id and for the last digits, which differ from processor to processor."""
    if isinstance(expected, int | float) and not isinstance(expected, bool):
        assert given == pytest.approx(expected, abs=2 if expected > 1 else 0.05)
        return
    assert type(given) is type(expected)
    if isinstance(expected, dict):
        assert given.keys() == expected.keys()
        for key in expected.keys() - {"request_id"}:
            assert_alike(given[key], expected[key])
    elif isinstance(expected, list):
        assert len(given) == len(expected)
        for pair in zip(given, expected, strict=True):
            assert_alike(*pair)
    else:
        assert given == expected
