"""A URL that the config lets a client name is fetched, and nothing that it points to."""

from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest

from serve_app.config import AppConfig, HttpConfig
from tests.drawings import draw_page, encode

PNG = encode(draw_page(("one line",), width=300))


@pytest.fixture
def config():
    return AppConfig(http=HttpConfig(allow_url=True))


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_a_redirect_is_not_followed(service, monkeypatch, status):
    monkeypatch.setattr("serve_app.api.fetch.is_public", lambda _: True)
    asked = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append(self.path)
            moved = self.path == "/moved.png"
            self.send_response(status if moved else 200)
            if moved:
                self.send_header("Location", "/secret.png")
            self.end_headers()
            self.wfile.write(b"" if moved else PNG)

        def log_message(self, *_):
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        url = f"http://127.0.0.1:{server.server_port}/moved.png"
        answer = await service.http.post("/ocr", json={"file": url, "fileType": 1})
        server.shutdown()
        thread.join()
    assert (answer.status_code, service.calls) == (400, 0)
    assert asked == ["/moved.png"]
