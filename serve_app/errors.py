"""Every error that a caller can meet. Each class defines its HTTP status, its code and whether a retry can help.

AppError
├── BadRequest            400 bad_request
│   ├── EmptyUpload       400 empty_upload
│   ├── UnreadableImage   400 unreadable_image
│   └── UnreadableDocument 400 unreadable_document
├── Unauthorized          401 unauthorized
├── Forbidden             403 forbidden
├── JobNotFound           404 job_not_found
├── UploadTimeout         408 upload_timeout        (retry)
├── IdempotencyConflict   409 idempotency_conflict
├── JobGone               410 job_gone
├── TooManyBytes          413 too_many_bytes
├── TooManyPixels         413 too_many_pixels
├── TooManyPages          413 too_many_pages
├── UnsupportedMedia      415 unsupported_media
├── InvalidParameter      422 invalid_parameter
│   ├── PasswordRequired  422 password_required
│   └── WrongPassword     422 wrong_password
├── Quarantined           422 quarantined
├── Busy                  429 busy                  (retry, Retry-After)
├── RateLimited           429 rate_limited          (retry, Retry-After)
├── BlobMissing           500 blob_missing
├── ModelFailed           500 model_failed
├── ModelUnavailable      503 model_unavailable     (retry)
│   └── ModelBroken       503 model_broken          (retry)
├── StoreUnavailable      503 store_unavailable     (retry, Retry-After)
├── OutOfMemory           503 out_of_memory         (retry)
├── Stopping              503 stopping              (retry, Retry-After)
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


class UnreadableDocument(BadRequest):
    """The bytes begin like a document but no page of it can be opened."""

    code = "unreadable_document"


class Unauthorized(AppError):
    """No API key, or a wrong one."""

    status, code = 401, "unauthorized"


class Forbidden(AppError):
    """The API key is not for this."""

    status, code = 403, "forbidden"


class JobNotFound(AppError):
    """There is no such job, or it belongs to another owner."""

    status, code = 404, "job_not_found"


class IdempotencyConflict(AppError):
    """The idempotency key was used for other documents or options."""

    status, code = 409, "idempotency_conflict"


class JobGone(AppError):
    """The job was deleted, or its retention is over."""

    status, code = 410, "job_gone"


class UploadTimeout(AppError):
    """The upload did not arrive within the request's deadline."""

    status, code, retryable = 408, "upload_timeout", True


class TooManyBytes(AppError):
    """The upload is larger than the configured limit."""

    status, code = 413, "too_many_bytes"


class TooManyPixels(AppError):
    """The image is larger, or longer, than the configured limit."""

    status, code = 413, "too_many_pixels"


class TooManyPages(AppError):
    """The document has more pages than the configured limit, or more of them were asked for."""

    status, code = 413, "too_many_pages"


class UnsupportedMedia(AppError):
    """The upload is not one of the image formats that are read."""

    status, code = 415, "unsupported_media"


class InvalidParameter(AppError):
    """A parameter has a wrong name, type or value."""

    status, code = 422, "invalid_parameter"


class PasswordRequired(InvalidParameter):
    """The document is encrypted, and no password came with it."""

    code = "password_required"


class WrongPassword(InvalidParameter):
    """The document is encrypted with another password."""

    code = "wrong_password"


class Quarantined(AppError):
    """This image crashed several replicas a short while ago, and is refused for some minutes."""

    status, code = 422, "quarantined"


class Busy(AppError):
    """The service cannot answer in time, since it has too many requests."""

    status, code, retryable = 429, "busy", True


class RateLimited(AppError):
    """The API key has used up its requests, or has as many in flight as it may."""

    status, code, retryable = 429, "rate_limited", True


class BlobMissing(AppError):
    """A stored file of a job is not there, or is not what its name says."""

    status, code = 500, "blob_missing"


class ModelFailed(AppError):
    """The model raised an error on this input."""

    status, code = 500, "model_failed"


class ModelUnavailable(AppError):
    """No replica of the model is ready, or the one that had the request died."""

    status, code, retryable = 503, "model_unavailable", True


class ModelBroken(ModelUnavailable):
    """The replica has failed for good, and is about to be replaced."""

    code = "model_broken"


class StoreUnavailable(AppError):
    """The store of jobs, or of their files, does not answer."""

    status, code, retryable = 503, "store_unavailable", True


class OutOfMemory(AppError):
    """The GPU's memory did not suffice for the image, even at the smallest resolution.

    Another process may hold that memory for a while, so that a retry can succeed.
    """

    status, code, retryable = 503, "out_of_memory", True


class Stopping(AppError):
    """The service is stopping and takes in nothing more."""

    status, code, retryable = 503, "stopping", True


class DeadlineExceeded(AppError):
    """The service did not answer within the request's deadline."""

    status, code, retryable = 504, "deadline_exceeded", True


class ConfigError(Exception):
    """The configuration or the installation cannot work; the message says what to change."""
