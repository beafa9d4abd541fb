"""Writes weights in the form that `from_pretrained` reads.

`python -m serve_app.chartgraph.training.export CHECKPOINT OUT`
"""

import argparse
import copy
from pathlib import Path

import torch

from serve_app.chartgraph.configuration import ChartGraphConfig
from serve_app.chartgraph.modeling import ChartGraphForTableExtraction
from serve_app.chartgraph.processing import ChartGraphProcessor


def export_model(model: ChartGraphForTableExtraction, folder: Path) -> None:
    """Saves the model in bfloat16 with its configuration, and the processor beside it."""
    copy.deepcopy(model).to(torch.bfloat16).save_pretrained(folder)
    ChartGraphProcessor().save_pretrained(folder)


def main() -> None:
    """Exports the averaged weights of a training checkpoint, or those halfway between earlier ones and its own."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("checkpoint", type=Path, help="checkpoint.pt of the training")
    parser.add_argument("out", type=Path, help="folder of config.json, model.safetensors, preprocessor_config.json")
    parser.add_argument("--halfway-from", type=Path, help="exported weights: write the mean of these and the last ones")
    args = parser.parse_args()
    model = ChartGraphForTableExtraction(ChartGraphConfig())
    state = torch.load(args.checkpoint, map_location="cpu", weights_only=True)
    if args.halfway_from:
        # A short training forgets; halfway between its start and its end is better than either (WiSE-FT, Wortsman et
        # al., 2022).
        before = ChartGraphForTableExtraction.from_pretrained(args.halfway_from).state_dict()
        model.load_state_dict({name: (value + state["model"][name]) / 2 for name, value in before.items()})
    else:
        model.load_state_dict(state["average"])
    export_model(model, args.out)


if __name__ == "__main__":
    main()
