"""Images by URL, for PaddleX's route and only where the config allows it."""

import httpx

from serve_app.api.upload import too_many_bytes
from serve_app.config import AppConfig
from serve_app.errors import BadRequest, InvalidParameter

_TIMEOUT_S = 15.0


async def fetch_image(url: str, config: AppConfig) -> bytes:
    """Download an image; redirects are not followed, since they could lead where the URL itself may not.

    Raises:
        InvalidParameter: the config does not allow URLs.
        BadRequest: the download failed.
        TooManyBytes: as soon as the limit is passed.
    """
    if not config.http.allow_url:
        raise InvalidParameter(
            "file: URLs are refused by this service. Send the image in base64, or set http.allow_url in its config"
        )
    limit = config.limits.max_bytes
    try:
        async with httpx.AsyncClient(timeout=_TIMEOUT_S) as client, client.stream("GET", url) as response:
            if response.status_code != httpx.codes.OK:
                raise BadRequest(f"file: the URL answered {response.status_code}. Send the image in base64")
            image = bytearray()
            async for chunk in response.aiter_bytes():
                image += chunk
                if len(image) > limit:
                    raise too_many_bytes(len(image), limit)
            return bytes(image)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise BadRequest(f"file: the URL cannot be fetched ({error}). Send the image in base64") from error
