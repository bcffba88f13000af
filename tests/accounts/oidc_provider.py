"""A small provider of OpenID Connect, over real HTTP: it vouches for whomever a test tells it to."""

import json
import threading
import time
from base64 import urlsafe_b64encode
from dataclasses import dataclass, field
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

CLIENT, SECRET = "haven", "a secret between the two"
_KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)


@dataclass
class Provider:
    """`person` is whoever is signed in there; `token` changes what the signed token says."""

    person: dict[str, Any] = field(default_factory=dict)
    token: dict[str, Any] = field(default_factory=dict)
    address: str = ""
    challenges: dict[str, str] = field(default_factory=dict)  # by code, for PKCE

    def __enter__(self) -> "Provider":
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self.address = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def claims(self) -> dict[str, Any]:
        now = int(time.time())
        known = {"iss": self.address, "aud": CLIENT, "iat": now, "exp": now + 60}
        return known | self.person | self.token

    def settings(self) -> dict[str, Any]:
        app = {
            "provider_id": "sso",
            "name": "Directory",
            "client_id": CLIENT,
            "secret": SECRET,
            "settings": {"server_url": self.address, "oauth_pkce_enabled": True},
        }
        return {"openid_connect": {"APPS": [app]}}


def _handler(provider: Provider) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path, query = urlsplit(self.path).path, parse_qs(urlsplit(self.path).query)
            if path == "/.well-known/openid-configuration":
                self._json(_configuration(provider.address))
            elif path == "/keys":
                self._json({"keys": []})
            elif path == "/people":
                self._json(provider.person)
            else:
                code = f"code{len(provider.challenges)}"
                provider.challenges[code] = query["code_challenge"][0]
                back = urlencode({"code": code, "state": query["state"][0]})
                self.send_response(302)
                self.send_header("Location", f"{query['redirect_uri'][0]}?{back}")
                self.end_headers()

        def do_POST(self) -> None:
            said = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
            hashed = sha256(said["code_verifier"][0].encode()).digest()
            proved = urlsafe_b64encode(hashed).rstrip(b"=").decode() == provider.challenges.pop(said["code"][0], "")
            if not proved or said["client_secret"] != [SECRET]:
                self._json({"error": "invalid_grant"}, status=400)
                return
            signed = jwt.encode(provider.claims(), _KEY, algorithm="RS256")
            self._json({"access_token": "an access token", "token_type": "Bearer", "id_token": signed})

        def _json(self, said: Any, status: int = 200) -> None:
            body = json.dumps(said).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            pass

    return Handler


def _configuration(address: str) -> dict[str, Any]:
    return {
        "issuer": address,
        "authorization_endpoint": f"{address}/authorize",
        "token_endpoint": f"{address}/token",
        "userinfo_endpoint": f"{address}/people",
        "jwks_uri": f"{address}/keys",
        "token_endpoint_auth_methods_supported": ["client_secret_post"],
    }
