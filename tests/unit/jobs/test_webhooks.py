import asyncio
import datetime
import hashlib
import hmac
import itertools
import json
import ssl

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from serve_app.errors import InvalidParameter
from serve_app.jobs.address_policy import AddressPolicy
from serve_app.jobs.job import PageSource, Submission, Webhook
from serve_app.jobs.webhooks import WebhookSender

LOCAL = AddressPolicy.of(["127.0.0.0/8", "::1/128"], plain_http=True)


class Receiver:
    """An HTTP server that keeps what is posted, and answers as it is told."""

    def __init__(self):
        self.posts = []
        self.answers = []

    async def serve(self, reader, writer):
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        lines = head.split("\r\n")
        headers = dict(line.lower().split(": ", 1) if ": " in line else (line, "") for line in lines[1:-2])
        body = await reader.readexactly(int(headers["content-length"]))
        self.posts.append((lines[0], headers, body))
        answer = self.answers.pop(0) if self.answers else "200 OK"
        if answer != "hang up":
            writer.write(f"HTTP/1.1 {answer}\r\nContent-Length: 0\r\nLocation: /elsewhere\r\n\r\n".encode())
        writer.close()

    async def start(self, host="127.0.0.1", tls=None):
        self.server = await asyncio.start_server(self.serve, host, 0, ssl=tls)
        self.port = self.server.sockets[0].getsockname()[1]

    async def stop(self):
        self.server.close()
        await self.server.wait_closed()


@pytest.fixture
async def receiver():
    started = Receiver()
    await started.start()
    yield started
    await started.stop()


def names(*addresses):
    asked = []

    async def resolve(host, port):
        asked.append((host, port))
        return list(addresses)

    resolve.asked = asked
    return resolve


async def ended_job(store, url, secret="s3cret"):
    hook = Webhook(url, secret)
    job = await store.submit(Submission(owner="ann", documents=(), pages=(PageSource(0, 0),), webhook=hook))
    assert (await store.get(job.id)).delivery.state == "waiting"
    assert await store.due_deliveries(60) == []
    await store.finish(await store.claim("w", 15), "a" * 64)
    return job


def sender(store, clock, policy=LOCAL, resolve=None, **options):
    return WebhookSender(
        store, policy, clock=clock, resolve=resolve or names("127.0.0.1"), scatter=lambda: 1.0, **options
    )


async def test_a_delivery_is_signed_and_says_how_the_job_ended(store, clock, receiver):
    job = await ended_job(store, f"http://hooks.example:{receiver.port}/in?x=1")
    resolve = names("127.0.0.1")
    hooks = sender(store, clock, resolve=resolve)
    assert await hooks.deliver_due() == 1
    assert await hooks.deliver_due() == 0
    [(line, headers, body)] = receiver.posts
    assert line == "POST /in?x=1 HTTP/1.1"
    assert headers["host"] == f"hooks.example:{receiver.port}"
    assert resolve.asked == [("hooks.example", receiver.port)]
    signed = f"{headers['webhook-timestamp']}.".encode() + body
    assert headers["webhook-signature"] == "v1=" + hmac.new(b"s3cret", signed, hashlib.sha256).hexdigest()
    assert (headers["webhook-timestamp"], headers["webhook-id"]) == ("1000", job.id)
    posted = json.loads(body)
    assert (posted["type"], posted["id"], posted["pages"]) == (
        "job.done",
        job.id,
        {"total": 1, "done": 1, "failed": 0},
    )
    delivery = (await store.get(job.id)).delivery
    assert (delivery.state, delivery.attempts, delivery.error) == ("delivered", 1, None)
    await hooks.close()


async def test_a_cancelled_and_a_failed_job_are_told_too(store, clock, receiver):
    hook = Webhook(f"http://a:{receiver.port}/", "s")
    job = await store.submit(Submission(owner="ann", documents=(), webhook=hook))
    await store.cancel(job.id)
    hooks = sender(store, clock)
    await hooks.deliver_due()
    assert json.loads(receiver.posts[0][2])["type"] == "job.cancelled"
    await hooks.close()


async def test_refused_deliveries_are_repeated_with_longer_waits_for_a_day(store, clock, receiver):
    job = await ended_job(store, f"http://a:{receiver.port}/")
    receiver.answers = ["500 Oops", "302 Found", "hang up"] + ["503 Busy"] * 100
    hooks = sender(store, clock)
    times = []
    while (await store.get(job.id)).delivery.state == "due":
        if await hooks.deliver_due():
            times.append(clock.now - 1000)
            if len(times) in (1, 2):
                assert (await store.get(job.id)).delivery.error == ["HTTP 500", "HTTP 302"][len(times) - 1]
        clock.advance(5 if len(times) < 6 else 300)
    assert times[:6] == [0, 5, 15, 35, 75, 155]
    assert 20 * 3600 < times[-1] <= 86_400
    assert max(late - early for early, late in itertools.pairwise(times)) == 3600
    delivery = (await store.get(job.id)).delivery
    assert (delivery.state, delivery.attempts, delivery.error) == ("given_up", len(times), "HTTP 503")
    assert (await store.counts()).webhook_failures == len(receiver.posts) == len(times)
    assert {headers["webhook-id"] for _, headers, _ in receiver.posts} == {job.id}
    await hooks.close()


async def test_an_attempt_whose_process_died_is_made_again_and_fenced(store, clock, receiver):
    job = await ended_job(store, f"http://a:{receiver.port}/")
    [dead] = await store.due_deliveries(60)
    assert await store.due_deliveries(60) == []
    clock.advance(60)
    hooks = sender(store, clock)
    assert await hooks.deliver_due() == 1
    await store.settle_delivery(dead, "due", "late", 0)
    delivery = (await store.get(job.id)).delivery
    assert (delivery.state, delivery.attempts) == ("delivered", 2)
    await hooks.close()


@pytest.mark.parametrize(
    "addresses",
    [
        ["127.0.0.1"],
        ["10.1.2.3"],
        ["169.254.169.254"],
        ["8.8.8.8", "192.168.0.1"],
        ["::1"],
        ["fe80::1%eth0"],
        ["::ffff:10.0.0.1"],
        ["2002:7f00:1::"],
        ["64:ff9b::7f00:1"],
        ["64:ff9b:1::7f00:1"],
        ["::7f00:1"],
        ["fec0::1"],
        ["224.0.0.1"],
        ["0.0.0.0"],
        ["100.64.0.1"],
    ],
)
async def test_only_public_addresses_are_posted_to(store, clock, receiver, addresses):
    job = await ended_job(store, f"http://a:{receiver.port}/")
    hooks = sender(store, clock, AddressPolicy(plain_http=True), names(*addresses))
    await hooks.deliver_due()
    delivery = (await store.get(job.id)).delivery
    assert (delivery.state, delivery.error) == ("given_up", "The webhook's host is not on the public internet")
    assert receiver.posts == []
    await hooks.close()


def test_public_addresses_are_allowed():
    policy = AddressPolicy()
    assert policy.allows("8.8.8.8")
    assert policy.allows("2606:4700::1111")
    assert policy.allows("64:ff9b::808:808")
    assert not policy.allows("127.0.0.1")
    assert LOCAL.allows("127.9.9.9")
    assert not LOCAL.allows("10.0.0.1")


@pytest.mark.parametrize("url", ["http://a/", "ftp://a/", "https://user:pw@a/", "https:///x", "https://a:99999/", "x"])
def test_urls_that_are_no_webhooks(url):
    with pytest.raises(InvalidParameter):
        AddressPolicy().check(url)


async def test_a_name_that_cannot_be_resolved_is_tried_again(store, clock):
    async def resolve(host, port):
        raise OSError("no such name")

    job = await ended_job(store, "http://a/")
    hooks = sender(store, clock, resolve=resolve)
    await hooks.deliver_due()
    assert (await store.get(job.id)).delivery.state == "due"
    await hooks.close()


async def test_addresses_are_tried_in_turn(store, clock):
    receiver = Receiver()
    await receiver.start("::1")
    job = await ended_job(store, f"http://a:{receiver.port}/")
    hooks = sender(store, clock, resolve=names("127.0.0.1", "::1"))
    await hooks.deliver_due()
    assert (await store.get(job.id)).delivery.state == "due"
    clock.advance(5)
    await hooks.deliver_due()
    assert (await store.get(job.id)).delivery.state == "delivered"
    await hooks.close()
    await receiver.stop()


@pytest.fixture
def certificate(tmp_path):
    """A self-signed certificate of hooks.example: the server's context, and one that trusts it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "hooks.example")])
    today = datetime.datetime.now(datetime.UTC)
    built = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(today - datetime.timedelta(days=1))
        .not_valid_after(today + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("hooks.example")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    encoding = serialization.Encoding.PEM
    pem = built.public_bytes(encoding) + key.private_bytes(
        encoding, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    (tmp_path / "server.pem").write_bytes(pem)
    served = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    served.load_cert_chain(tmp_path / "server.pem")
    return served, ssl.create_default_context(cafile=tmp_path / "server.pem")


@pytest.mark.parametrize(("host", "state"), [("hooks.example", "delivered"), ("evil.example", "due")])
async def test_the_certificate_is_checked_against_the_name_and_not_the_address(store, clock, certificate, host, state):
    receiver = Receiver()
    await receiver.start(tls=certificate[0])
    job = await ended_job(store, f"https://{host}:{receiver.port}/")
    hooks = sender(store, clock, tls=certificate[1])
    await hooks.deliver_due()
    delivery = (await store.get(job.id)).delivery
    assert delivery.state == state, delivery.error
    assert len(receiver.posts) == (state == "delivered")
    await hooks.close()
    await receiver.stop()
