"""Whole documents: speed, memory and quality of `/v1/document` on pages that are drawn here, so that all is known."""
