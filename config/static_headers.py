"""Headers of static files. Apart from the middleware, because settings import it."""


def static_headers(headers: dict[str, str], path: str, url: str) -> None:
    """A script or picture that is opened by itself is a document too, and no other site needs it."""
    headers["Content-Security-Policy"] = "default-src 'none'; frame-ancestors 'none'; sandbox"
    headers["Cross-Origin-Resource-Policy"] = "same-origin"
