"""What the token service answers when it refuses (RFC 6749 section 5.2, RFC 9449 section 8)."""

from starlette.responses import JSONResponse


class RefusedError(Exception):
    """A refusal: an OAuth error code, words for the developer, and the status that goes with it."""

    def __init__(self, code: str, words: str, status: int = 400, headers: dict[str, str] | None = None) -> None:
        super().__init__(words)
        self.code = code
        self.words = words
        self.status = status
        self.headers = headers or {}

    def answer(self) -> JSONResponse:
        """The answer that carries it."""
        return JSONResponse(
            {"error": self.code, "error_description": self.words},
            self.status,
            {"Cache-Control": "no-store", **self.headers},
        )
