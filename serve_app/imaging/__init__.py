"""Images before the models see them: checked, decoded, turned upright, scaled, cut. Pure functions on Pillow images."""
