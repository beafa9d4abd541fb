"""Addresses that are good for one file of one job and for a while, for clients that fetch results without their key."""

import hashlib
import hmac
import secrets
import time

GOOD_FOR_S = 3600
"""Seconds; whoever asks for the job again gets a new address."""


def make_secret() -> str:
    """The secret of a job, 256 random bits, by which its addresses are signed on every replica."""
    return secrets.token_hex(32)


def sign(secret: str, job_id: str, name: str, expires: int) -> str:
    """HMAC-SHA256 over the job, the file's name and the time in seconds since 1970 until which it is good."""
    return hmac.new(secret.encode(), f"{job_id}\n{name}\n{expires}".encode(), hashlib.sha256).hexdigest()


def is_good(secret: str, job_id: str, name: str, expires: int, signature: str) -> bool:
    """Whether an address was signed for this file and has not expired."""
    expected = sign(secret, job_id, name, expires)
    return hmac.compare_digest(expected.encode(), signature.encode()) and expires >= time.time()
