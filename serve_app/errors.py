"""Every error that a caller can meet. Each class defines its HTTP status, its code and whether a retry can help.

AppError
├── BadRequest            400 bad_request
│   ├── EmptyUpload       400 empty_upload
│   └── UnreadableImage   400 unreadable_image
├── Unauthorized          401 unauthorized
├── UploadTimeout         408 upload_timeout        (retry)
├── TooManyBytes          413 too_many_bytes
├── TooManyPixels         413 too_many_pixels
├── UnsupportedMedia      415 unsupported_media
├── InvalidParameter      422 invalid_parameter
├── Quarantined           422 quarantined
├── Busy                  429 busy                  (retry, Retry-After)
├── ModelFailed           500 model_failed
├── ModelUnavailable      503 model_unavailable     (retry)
│   └── ModelBroken       503 model_broken          (retry)
├── OutOfMemory           503 out_of_memory         (retry)
└── DeadlineExceeded      504 deadline_exceeded     (retry)
ConfigError               a start-up error, never sent over HTTP
"""

from typing import ClassVar


class AppError(Exception):
    """Base of all errors that are answered over HTTP. The message tells the caller what to do next."""

    status: ClassVar[int] = 500
    code: ClassVar[str] = "internal"
    retryable: ClassVar[bool] = False

    def __init__(self, message: str, retry_after: int | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.retry_after = retry_after
        """Seconds to wait before a retry, sent as `Retry-After`."""


class BadRequest(AppError):
    """The request is not in the form that the route expects."""

    status, code = 400, "bad_request"


class EmptyUpload(BadRequest):
    """The upload has no bytes."""

    code = "empty_upload"


class UnreadableImage(BadRequest):
    """The bytes begin like an image but cannot be decoded."""

    code = "unreadable_image"


class Unauthorized(AppError):
    """No API key, or a wrong one."""

    status, code = 401, "unauthorized"


class UploadTimeout(AppError):
    """The upload did not arrive within the request's deadline."""

    status, code, retryable = 408, "upload_timeout", True


class TooManyBytes(AppError):
    """The upload is larger than the configured limit."""

    status, code = 413, "too_many_bytes"


class TooManyPixels(AppError):
    """The image is larger, or longer, than the configured limit."""

    status, code = 413, "too_many_pixels"


class UnsupportedMedia(AppError):
    """The upload is not one of the image formats that are read."""

    status, code = 415, "unsupported_media"


class InvalidParameter(AppError):
    """A parameter has a wrong name, type or value."""

    status, code = 422, "invalid_parameter"


class Quarantined(AppError):
    """This image crashed several replicas a short while ago, and is refused for some minutes."""

    status, code = 422, "quarantined"


class Busy(AppError):
    """The service cannot answer in time, since it has too many requests."""

    status, code, retryable = 429, "busy", True


class ModelFailed(AppError):
    """The model raised an error on this input."""

    status, code = 500, "model_failed"


class ModelUnavailable(AppError):
    """No replica of the model is ready, or the one that had the request died."""

    status, code, retryable = 503, "model_unavailable", True


class ModelBroken(ModelUnavailable):
    """The replica has failed for good, and is about to be replaced."""

    code = "model_broken"


class OutOfMemory(AppError):
    """The GPU's memory did not suffice for the image, even at the smallest resolution.

    Another process may hold that memory for a while, so that a retry can succeed.
    """

    status, code, retryable = 503, "out_of_memory", True


class DeadlineExceeded(AppError):
    """The service did not answer within the request's deadline."""

    status, code, retryable = 504, "deadline_exceeded", True


class ConfigError(Exception):
    """The configuration or the installation cannot work; the message says what to change."""
