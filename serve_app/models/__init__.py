"""What is installed with the application: the small chart model, and the check of the OCR weights."""

from pathlib import Path

CHART_WEIGHTS = Path(__file__).parent / "chart" / "weights"
"""The directory of the bundled chart model, in the layout of transformers' `save_pretrained`."""
