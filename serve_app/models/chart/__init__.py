"""ChartGraph, the bundled chart model: it finds a chart's marks and links them to the words that OCR read.

`registry` makes transformers' Auto classes know it; assembly, axis, labels, pie and words need no torch.
"""
