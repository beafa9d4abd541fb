"""What happens to pictures on their way: compression, blur, scaling, noise and tints."""

import io
import random

import numpy as np
from PIL import Image, ImageFilter


def degrade(image: Image.Image, rng: random.Random) -> Image.Image:
    """Spoil about half of the pictures a little; the size stays."""
    if rng.random() < 0.5:
        return image
    if rng.random() < 0.35:
        factor = rng.uniform(0.65, 1.5)
        middle = (max(1, round(image.width * factor)), max(1, round(image.height * factor)))
        way = rng.choice([Image.Resampling.BILINEAR, Image.Resampling.BICUBIC, Image.Resampling.LANCZOS])
        image = image.resize(middle, way).resize(image.size, Image.Resampling.BICUBIC)
    if rng.random() < 0.15:
        image = image.filter(ImageFilter.GaussianBlur(rng.uniform(0.3, 0.8)))
    if rng.random() < 0.2:
        gains = [rng.uniform(0.93, 1.0) for _ in range(3)] if rng.random() < 0.5 else [rng.uniform(0.9, 1.0)] * 3
        lift = rng.choice([0, 0, 8, 16])
        tables = [min(255, round(lift + value * gain * (255 - lift) / 255)) for gain in gains for value in range(256)]
        image = image.point(tables)
    if rng.random() < 0.15:
        noise = np.random.default_rng(rng.getrandbits(32)).normal(0, rng.uniform(1, 6), (image.height, image.width, 1))
        image = Image.fromarray(np.clip(np.asarray(image) + noise, 0, 255).astype(np.uint8))
    if rng.random() < 0.6:
        buffer = io.BytesIO()
        image.save(buffer, "JPEG", quality=rng.randint(40, 95))
        image = Image.open(buffer).convert("RGB")
    return image
