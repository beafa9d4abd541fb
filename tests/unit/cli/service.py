"""A service for the command: the routes that it calls, on a transport that needs no network."""

import json
import threading

import httpx

from serve_app.client import Client

FORMATS = {
    "markdown": b"# Title\n",
    "html": b"<h1>Title</h1>",
    "text": b"Title\n",
    "csv": b"a,b\r\n",
    "xlsx": b"PK",
    "zip": b"PK",
}


def a_document(*pages):
    return {"kind": "PDF", "pagesTotal": len(pages), "pagesRead": len(pages), "pages": list(pages)}


def a_page(number):
    return {"number": number, "blocks": [{"kind": "paragraph", "text": "words"}], "warnings": []}


DOCUMENT = a_document(a_page(1), a_page(2))


class FakeService:
    """Answers as a service does; `refused` maps a file's bytes to an error, `documents` to what is read in it."""

    def __init__(self):
        self.requests = []
        self.refused = {}
        self.documents = {}
        self.has_jobs = True
        self.key = None
        self.jobs = {}
        self.lock = threading.Lock()

    def connect(self, url, key, retries=0):
        return Client(url, key=key, retries=0, transport=httpx.MockTransport(self), sleep=lambda _: None)

    def count(self, path):
        return sum(1 for request in self.requests if (request.method, request.url.path) == ("POST", path))

    def __call__(self, request):
        with self.lock:
            return self.answer(request)

    def answer(self, request):
        self.requests.append(request)
        path, method = request.url.path, request.method
        if path == "/openapi.json":
            parameter = {"name": "format", "schema": {"enum": ["json", *FORMATS]}}
            return httpx.Response(200, json={"paths": {"/v1/document": {"post": {"parameters": [parameter]}}}})
        if self.key and request.headers.get("authorization") != f"Bearer {self.key}":
            return refuse(401, "unauthorized", "The API key is not known")
        if path == "/v1/capacity":
            return httpx.Response(200, json={})
        if (method, path) == ("POST", "/v1/document"):
            data = uploaded(request)
            return self.refusal(data) or self.write(data, request.url.params.get("format", "json"))
        if not self.has_jobs:
            return refuse(404, "job_not_found", "This service has no jobs")
        return self.answer_jobs(request, method, path)

    def answer_jobs(self, request, method, path):
        if (method, path) == ("POST", "/v1/jobs"):
            job_id = str(len(self.jobs) + 1)
            self.jobs[job_id] = uploaded(request)
            return httpx.Response(202, json={"id": job_id})
        if path == "/v1/jobs":
            return httpx.Response(200, json={"jobs": [self.describe(job) for job in self.jobs]})
        return self.answer_job(method, *path.removeprefix("/v1/jobs/").partition("/")[::2], request.url.params)

    def answer_job(self, method, job_id, part, params):
        if job_id not in self.jobs:
            return refuse(404, "job_not_found", "There is no such job")
        if method == "DELETE":
            answer = httpx.Response(200, json=self.describe(job_id))
            del self.jobs[job_id]
            return answer
        if part == "events":
            state = self.describe(job_id)
            pages = state["pages"]["total"] or 0
            events = [("planned", {"pages": pages})] if pages else []
            events += [("page", {"number": number + 1, "state": "done"}) for number in range(pages)]
            events.append(("job", {"state": state["state"]}))
            text = "".join(
                f"id: {number}\nevent: {kind}\ndata: {json.dumps(data)}\n\n"
                for number, (kind, data) in enumerate(events, 1)
            )
            return httpx.Response(200, text=text)
        if part == "result":
            return self.write(self.jobs[job_id], params["format"])
        return httpx.Response(200, json=self.describe(job_id))

    def describe(self, job_id):
        data = self.jobs[job_id]
        if data in self.refused:
            failure = {"code": "unreadable_document", "message": self.refused[data]}
            return a_job(job_id, "failed", None, 0, failure)
        pages = self.documents.get(data, DOCUMENT)["pages"]
        failed = sum(1 for page in pages if page.get("error"))
        return a_job(job_id, "partial" if failed else "done", len(pages), failed, None)

    def refusal(self, data):
        return refuse(400, "unreadable_image", self.refused[data]) if data in self.refused else None

    def write(self, data, chosen):
        document = self.documents.get(data, DOCUMENT)
        read = sum(1 for page in document["pages"] if not page.get("error"))
        headers = {"X-Pages-Total": str(len(document["pages"])), "X-Pages-Read": str(read)}
        if chosen == "json":
            return httpx.Response(200, json=document)
        return httpx.Response(200, content=FORMATS[chosen], headers=headers)


def a_job(job_id, state, total, failed, failure):
    pages = {"total": total, "done": (total or 0) - failed, "failed": failed}
    return {"id": job_id, "state": state, "pages": pages, "created_at": 0.0, "failure": failure}


def refuse(status, code, message):
    error = {"code": code, "message": message, "retryable": False, "request_id": "r1"}
    return httpx.Response(status, json={"error": error})


def uploaded(request):
    """The bytes of the file in a multipart body."""
    return request.content.split(b"\r\n\r\n", 1)[1].rsplit(b"\r\n--", 1)[0]
