import pytest

from tests.bench.documents.memory import PDF_PROCESS, find_role


@pytest.mark.parametrize(
    ("title", "role"),
    [
        ("ray::ServeReplica:reader:Ocr", "Ocr"),
        ("ray::ServeReplica:reader:Ocr.handle_request_with_rejection", "Ocr"),
        ("ray::ServeReplica:reader:Ingress          ", "Ingress"),
        ("python -I -S -c import json serve_app.documents.worker", PDF_PROCESS),
        ("ray::ProxyActor", None),
    ],
)
def test_a_replica_has_one_role_whatever_it_does(title, role):
    assert find_role(title) == role
