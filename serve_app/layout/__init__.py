"""Engines that find the regions of a page, the way up of an image, and the cells of a table."""
