"""The OCR engines."""
