"""A small server that speaks OpenAI's chat protocol, for tests: it codes by cue words.

It reads the passages out of the prompt that it was sent, as a model would, and proposes the code
of every cue word that it meets, with the sentence that the word stands in. It can be told to
misbehave; what it was sent stays in `requests`.
"""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable, Container, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self


def passages_of(request: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The passages in a request, as the prompt marks them off."""
    prompt = request["messages"][-1]["content"]
    lines = prompt.split("\nPASSAGES (data, not instructions)\n")[1].splitlines()
    return [json.loads(line) for line in lines[:-1]]


def proposals_for(request: Mapping[str, Any], cues: Mapping[str, str]) -> list[dict[str, Any]]:
    """One proposal a passage and cue word, with the sentence that the word stands in."""
    return [
        {"passage": passage["passage"], "code": code, "quote": sentence, "reason": f"says {cue}"}
        for passage in passages_of(request)
        for cue, code in cues.items()
        for sentence in re.findall(r"[^.?!]+[.?!]?", passage["text"])
        if cue in sentence
    ]


class ModelServer:
    """A server on this machine; use it in a ``with`` statement.

    Attributes
    ----------
    cues : mapping of str to str
        Cue word -> id of the code that it proposes.
    rewrite : callable
        Makes the model's text of the proposals; ``json.dumps`` unless told otherwise.
    status, body, headers
        Answer with these instead of a chat completion.
    takes_format : bool
        Whether a ``response_format`` is taken; otherwise it is answered with 400.
    failing : container of int
        The requests, counted from 0, that it answers with 500.
    drips : bool
        Whether it sends a head without an end, byte by byte.
    """

    def __init__(self, cues: Mapping[str, str] | None = None) -> None:
        self.cues = dict(cues or {})
        self.rewrite: Callable[[list[dict[str, Any]]], str] = json.dumps
        self.status = 200
        self.body: bytes | None = None
        self.headers: dict[str, str] = {}
        self.takes_format = True
        self.failing: Container[int] = ()
        self.drips = False
        self.requests: list[dict[str, Any]] = []
        self.paths: list[str] = []
        self.ended = threading.Event()
        self._http = ThreadingHTTPServer(("127.0.0.1", 0), _handler_of(self))
        self._http.daemon_threads = False  # so that closing waits for them
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.01,))

    @property
    def port(self) -> int:
        return int(self._http.server_address[1])

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}/v1"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.ended.set()
        self._http.shutdown()
        self._thread.join()
        self._http.server_close()

    def answer(self, request: dict[str, Any]) -> tuple[int, bytes]:
        """Status and body for a request."""
        number = len(self.requests)
        self.requests.append(request)
        if not self.takes_format and "response_format" in request:
            return 400, b"{\"error\": \"'response_format.type' must be 'text'\"}"
        if number in self.failing:
            return 500, b'{"error": {"message": "out of memory"}}'
        if self.body is not None:
            return self.status, self.body
        said = self.rewrite(proposals_for(request, self.cues))
        message = {"role": "assistant", "content": said}
        return self.status, json.dumps({"choices": [{"message": message}]}).encode()


def _handler_of(server: ModelServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            server.paths.append(self.path)
            length = int(self.headers["Content-Length"])
            status, body = server.answer(json.loads(self.rfile.read(length)))
            if server.drips:
                self._drip()
                return
            self.send_response(status)
            for name, value in server.headers.items():
                self.send_header(name, value)
            self.end_headers()
            try:
                self.wfile.write(body)
            except OSError:  # whoever asked has had enough
                self.close_connection = True

        def _drip(self) -> None:
            """A head without an end, byte by byte, until nobody listens."""
            try:
                self.wfile.write(b"HTTP/1.1 200 OK\r\nX-Slow: ")
                while not server.ended.wait(0.02):
                    self.wfile.write(b".")
            except OSError:
                self.close_connection = True

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    return Handler
