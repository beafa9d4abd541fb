"""How many Jobs replicas there are: a policy for `autoscaling_config.policy` of the Jobs deployment.

Serve pickles this module with the config that names it, and runs it in its controller.
"""

from typing import Any

from ray.serve.config import AutoscalingContext

OPEN_PAGES = "open_pages"
"""What each replica reports of the queue: pages that wait or are read, of all jobs."""
PLACES = "places"
"""What each replica reports of the models: pages that all Jobs replicas together may have read at once."""


class PagesWaiting:
    """A replica for every so many pages that could be read now.

    Pages that wait for a model and not for a worker call for no more workers: the models' replicas, times `jobs.share`,
    bound the number. Serve applies `min_replicas`, `max_replicas` and the delays of the config. There is always one
    replica, which also takes back lost pages, posts webhooks and deletes what has expired.
    """

    def __init__(self, pages_per_replica: int = 8) -> None:
        """`pages_per_replica`: pages that one process reads at once without being in its own way.

        Raises:
            ValueError: it is less than 1.
        """
        if pages_per_replica < 1:
            raise ValueError("pages_per_replica must be at least 1")
        self._pages_per_replica = pages_per_replica

    def __call__(self, context: AutoscalingContext) -> tuple[float, dict[str, Any]]:
        """The number of replicas that are wanted, and no state; the number stays while no replica reports."""
        metrics = context.aggregated_metrics or {}
        if not metrics.get(OPEN_PAGES) or not metrics.get(PLACES):
            return max(1, context.target_num_replicas), {}
        # All report the same of the queue, at somewhat different times.
        pages, places = max(metrics[OPEN_PAGES].values()), max(metrics[PLACES].values())
        return max(1.0, min(pages, places) / self._pages_per_replica), {}
