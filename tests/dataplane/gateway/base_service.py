"""What stands in for base-svc, as far as it knows who asks: `base_service.py NAME PORT`, beside backend.py.

It answers as livepeer/naap does at 2893ab65 (paths are of services/base-svc/src there, but where said otherwise):

- GET /api/v1/auth/me: routes/auth.ts:160-182. The token is what `authorization` has beside `Bearer `; without one 401
  `No token provided`, with one that no session has 401 `Invalid or expired session`, else 200 with user, csrfToken and
  expiresAt. There is no /auth/session, no JWT and no key set. /auth/csrf is the shell's (apps/web-next/src/app/api/v1/
  auth/csrf/route.ts:9-27) and not here.
- POST /api/v1/auth/logout: routes/auth.ts:219-231 ends the session.
- Whatever else: the user is whom `x-user-id` names, whoever wrote it, else who has the token
  (utils/getUserId.ts:15-31); a change with a session's token needs the CSRF token that /auth/me gave for it
  (server.ts:39-76).

Sessions are played: a token, 64 hex digits as there (services/auth.ts:81, 32 random bytes), says whose it is, so that
tests need nobody to sign in. That of a user whose name begins with `cut` has its connection cut the first time.
"""

import hashlib
import json
from http import HTTPStatus

from backend import Handler, serve  # pyright: ignore[reportMissingImports]  # beside it, in its pod

_ended = set[str]()
_cut = set[str]()


def user_of(token: str) -> str | None:
    """Whose session it is."""
    name = token[:32]
    good = len(token) == 64 and token[32:] == hashlib.sha256(name.encode()).hexdigest()[:32]
    return bytes.fromhex(name).rstrip(b"\0").decode() if good and token not in _ended else None


def csrf_of(token: str) -> str:
    """Random there, and kept in memory."""
    return hashlib.sha256(f"csrf {token}".encode()).hexdigest()


class BaseService(Handler):
    def answer(self) -> None:
        path, bearer = self.path.partition("?")[0], self.headers.get("authorization", "")
        if (self.command, path) == ("GET", "/api/v1/auth/me"):
            self._me(bearer.replace("Bearer ", "", 1))
        elif not self._csrf(bearer):
            self._json(HTTPStatus.FORBIDDEN, {"error": "Invalid or missing CSRF token", "code": "CSRF_INVALID"})
        elif (self.command, path) == ("POST", "/api/v1/auth/logout"):
            _ended.add(bearer.replace("Bearer ", "", 1))
            self._json(HTTPStatus.OK, {"success": True})
        else:
            super().answer()

    def _me(self, token: str) -> None:
        print("asked", hashlib.sha256(token.encode()).hexdigest(), flush=True)  # noqa: T201  # a pod's log
        user = user_of(token)
        if user and user.startswith("cut") and token not in _cut:
            _cut.add(token)
            self.reset()
        elif user:
            about = {"id": user, "email": f"{user}@example", "displayName": 'a "name"', "roles": ["user"]}
            expires = {"csrfToken": csrf_of(token), "expiresAt": "2099-01-01T00:00:00.000Z"}
            self._json(HTTPStatus.OK, {"user": {**about, "avatarUrl": None, "permissions": []}, **expires})
        else:
            self._json(
                HTTPStatus.UNAUTHORIZED, {"error": "Invalid or expired session" if token else "No token provided"}
            )

    def _csrf(self, bearer: str) -> bool:
        if self.command in ("GET", "HEAD", "OPTIONS") or not bearer.startswith("Bearer "):
            return True
        if bearer.startswith("Bearer naap_"):  # a token for publishing: its route asks by itself
            return True
        return self.headers.get("x-csrf-token") == csrf_of(bearer.removeprefix("Bearer "))

    def _json(self, status: int, content: object) -> None:
        self.body()
        text = json.dumps(content).encode()
        self.send_response(status)
        self.send_header("content-type", "application/json; charset=utf-8")
        self.send_header("content-length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)


if __name__ == "__main__":
    serve(BaseService)
