"""Whether a config's replicas find a place on the GPUs, and whether each one's share of a card holds it.

Ray sees to it that the `num_gpus` on a card never add up to more than 1. It does not know how much memory a replica
takes; and a replica for which there is no place stays pending for ever, with no more than a warning.
"""

from collections.abc import Mapping

from serve_app.charts.footprint import SHAPES, measure_chart
from serve_app.charts.profiles import find_profile
from serve_app.config import AppConfig
from serve_app.errors import ConfigError
from serve_app.gpu.footprint import Footprint
from serve_app.gpu.memory import check_fit, find_budget
from serve_app.ocr.footprint import measure_ocr
from serve_app.planning.plan import GIB


def list_shares(args: AppConfig) -> dict[str, float]:
    """The fraction of a GPU that a replica of each deployment asks for, where it asks for one."""
    shares = {
        "Ocr": args.ocr.num_gpus,
        "Chart": 0.0 if args.chart.remote else args.chart.num_gpus,
        "Layout": args.layout.num_gpus,
    }
    return {} if args.device == "cpu" else {name: share for name, share in shares.items() if share}


def check_wholes(args: AppConfig) -> list[str]:
    """Shares that no replica can have: Ray gives fractions of one card, or whole cards. It says so when one starts."""
    return [
        f"args.{name.lower()}.num_gpus: {share:g} is more than one card and not a whole number, which Ray refuses"
        for name, share in list_shares(args).items()
        if share > 1 and share != int(share)
    ]


def check_start(args: AppConfig, gpus: float | None) -> None:
    """Refuse a config of which not even one replica of each deployment finds a place.

    Args:
        args: the settings.
        gpus: how many the cluster has; None if that is not known yet.

    Raises:
        ConfigError: says which shares, and what to change.
    """
    problems = check_wholes(args)
    shares = list_shares(args)
    if not problems and gpus is not None and not _find_places(shares, dict.fromkeys(shares, 1), gpus):
        asked = " and ".join(f"{name.lower()}.num_gpus: {share:g}" for name, share in shares.items())
        problems = [
            f"{asked} do not fit the cluster's {gpus:g} GPU, and what has no place would stay pending for ever. "
            "Lower them, or set device: gpu if nodes with more GPUs start later"
        ]
    if problems:
        raise ConfigError("; ".join(problems))


def check_cards(args: AppConfig, replicas: Mapping[str, tuple[int, int]], card_bytes: int, cards: int) -> list[str]:
    """What of a config does not fit `cards` cards of `card_bytes`, each a sentence that begins with the place.

    `replicas` holds the fewest and the most replicas of each deployment.
    """
    shares = list_shares(args)
    found: list[str] = []
    if "Ocr" in shares:
        found += _check_share("ocr", shares["Ocr"], card_bytes, measure_ocr(args.ocr))
    if "Chart" in shares:
        found += _check_share("chart", shares["Chart"], card_bytes, _measure_chart(args))
    for which, index in (("start with", 0), ("may grow to", 1)):
        counts = {name: replicas[name][index] for name in shares}
        if not _find_places(shares, counts, cards):
            counted = " and ".join(f"{counts[name]} x {share:g} ({name})" for name, share in shares.items())
            return [*found, f"deployments: they {which} {counted} of a GPU; on {cards}, one may find no place"]
    return found


def _measure_chart(args: AppConfig) -> Footprint | None:
    """What a Chart replica takes; None where that is not known, or the weights need not all be on the card."""
    known = find_profile(args.chart.model, args.chart.profile).name in SHAPES
    return measure_chart(args.chart) if known and args.chart.offload == "none" else None


def _check_share(section: str, share: float, card_bytes: int, needs: Footprint | None) -> list[str]:
    try:
        budget = find_budget(card_bytes, share)
        if needs is not None:
            check_fit(needs.weights, budget, share)
    except ConfigError as error:
        return [f"args.{section}.num_gpus: {error}"]
    if needs is None or needs.total <= card_bytes * min(share, 1.0):
        return []
    lower = "batch_size or max_long_side" if section == "chart" else "max_long_side"
    return [
        f"args.{section}.num_gpus: {share:g} of a card is {card_bytes * share / GIB:.1f} GiB, and a replica may take "
        f"{needs.total / GIB:.1f} GiB (computed, not measured). Raise it, or lower {section}.{lower}"
    ]


_WHOLE = 10_000
"""Ray counts in ten-thousandths of a GPU."""


def _find_places(shares: Mapping[str, float], counts: Mapping[str, int], gpus: float) -> bool:
    """Whether all replicas find a place: each card the same, or largest first, each on the first card with room.

    Ray takes them as they come, so that it may leave one pending for which there was a place.
    """
    if gpus >= 1 and sum(-(-counts[name] // int(gpus)) * round(_WHOLE * shares[name]) for name in shares) <= _WHOLE:
        return True
    free = [_WHOLE] * int(gpus) + [round(_WHOLE * (gpus % 1))]
    asked = [round(_WHOLE * share) for name, share in shares.items() for _ in range(counts[name])]
    for share in sorted(asked, reverse=True):
        each, cards = min(share, _WHOLE), max(1, share // _WHOLE)
        places = [index for index, room in enumerate(free) if room >= each][:cards]
        if len(places) < cards:
            return False
        for index in places:
            free[index] -= each
    return True
