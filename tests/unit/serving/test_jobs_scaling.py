from types import SimpleNamespace

import pytest
from ray.serve.config import AutoscalingConfig

from serve_app.serving.jobs_scaling import OPEN_PAGES, PLACES, PagesWaiting

CONFIG = {
    "min_replicas": 1,
    "max_replicas": 4,
    "policy": {"policy_function": "serve_app.serving.jobs_scaling:PagesWaiting"},
}


def context(pages, places, target=1):
    """What Serve's controller hands to a policy, with two replicas that report somewhat different numbers."""
    metrics = {}
    if pages is not None:
        metrics = {OPEN_PAGES: {"a": pages, "b": pages * 0.9}, PLACES: {"a": places, "b": places}}
    return SimpleNamespace(aggregated_metrics=metrics, target_num_replicas=target)


@pytest.mark.parametrize(
    ("pages", "places", "wanted"),
    [
        (0, 100, 1),  # one always
        (9, 100, 2.25),  # which Serve rounds up
        (400, 100, 25),  # more would wait for the models
        (400, 1, 1),
    ],
)
def test_replicas_follow_the_pages_that_could_be_read(pages, places, wanted):
    assert PagesWaiting(pages_per_replica=4)(context(pages, places)) == (wanted, {})


@pytest.mark.parametrize(("target", "wanted"), [(3, 3), (0, 1)])
def test_nothing_changes_while_no_replica_reports(target, wanted):
    assert PagesWaiting()(context(None, None, target)) == (wanted, {})
    assert PagesWaiting()(SimpleNamespace(aggregated_metrics=None, target_num_replicas=target)) == (wanted, {})


@pytest.mark.parametrize("missing", [OPEN_PAGES, PLACES])
@pytest.mark.parametrize("left", [None, {}])
def test_nothing_changes_while_one_of_both_is_not_reported(missing, left):
    reported = context(400, 100, target=3)
    reported.aggregated_metrics.pop(missing)
    if left is not None:
        reported.aggregated_metrics[missing] = left
    assert PagesWaiting()(reported) == (3, {})


def test_a_replica_reads_eight_pages_unless_the_config_says_otherwise():
    assert PagesWaiting()(context(80, 100)) == (10, {})
    assert PagesWaiting(pages_per_replica=1)(context(80, 100)) == (80, {})


def test_a_replica_reads_at_least_a_page():
    with pytest.raises(ValueError, match="pages_per_replica must be at least 1"):
        PagesWaiting(pages_per_replica=0)


def test_serve_takes_the_policy_by_its_name():
    """As its controller does: pickled where the config is read, and made anew there."""
    policy = AutoscalingConfig(**CONFIG).policy.get_policy()
    assert policy(pages_per_replica=2)(context(10, 100)) == (5, {})
