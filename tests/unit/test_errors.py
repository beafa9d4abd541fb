import pickle
import re

import pytest

from serve_app import errors


def all_errors(base=errors.AppError):
    """Those of `serve_app.errors`: Ray makes classes of its own from them, for what a replica raised."""
    children = [child for child in base.__subclasses__() if child.__module__ == errors.__name__]
    return [base, *(found for child in children for found in all_errors(child))]


@pytest.mark.parametrize("error", all_errors())
def test_errors_survive_the_way_from_a_replica(error):
    copy = pickle.loads(pickle.dumps(error("what to do", retry_after=3)))
    assert (type(copy), copy.message, str(copy), copy.retry_after) == (error, "what to do", "what to do", 3)


def test_codes_are_distinct():
    codes = [error.code for error in all_errors()]
    assert len(codes) == len(set(codes))


def test_only_passing_troubles_are_retryable():
    assert {error.code for error in all_errors() if error.retryable} == {
        "deadline_exceeded",
        "upload_timeout",
        "out_of_memory",
        "busy",
        "rate_limited",
        "model_unavailable",
        "model_broken",
        "store_unavailable",
        "stopping",
    }


def test_the_tree_at_the_top_of_the_file_is_that_of_the_classes():
    drawn, parents = {}, {-1: "AppError"}
    for indent, name, status, code, rest in re.findall(r"^([│ ]*)[├└]── (\w+) +(\d+) (\w+)(.*)$", errors.__doc__, re.M):
        drawn[name] = (parents[len(indent) - 1] if indent else "AppError", int(status), code, "retry" in rest)
        parents[len(indent) + 3] = name
    assert drawn == {
        error.__name__: (error.__base__.__name__, error.status, error.code, error.retryable)
        for error in all_errors()
        if error is not errors.AppError
    }
