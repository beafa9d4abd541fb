"""ChartGraph, the bundled chart model: it finds a chart's marks and links them to the words that OCR read.

`registry` makes transformers' Auto classes know it; assembly, axis, labels, pie_slices and words need no torch.
"""

from pathlib import Path

WEIGHTS = Path(__file__).parent / "weights"
"""The directory of the model, in the layout of transformers' `save_pretrained`."""
