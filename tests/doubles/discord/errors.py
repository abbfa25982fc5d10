"""Discord's errors, in the format of its REST API."""

from __future__ import annotations

from typing import Any

Json = dict[str, Any]
Place = tuple[str | int, ...]


class ApiError(Exception):
    """One error: HTTP status, Discord's error code, its message and the invalid fields."""

    def __init__(self, status: int, code: int, message: str, errors: Json | None = None) -> None:
        super().__init__(f"{status} {code} {message}")
        self.status = status
        self.code = code
        self.message = message
        self.errors = errors

    def body(self) -> Json:
        """Return the JSON that Discord answers."""
        body: Json = {"message": self.message, "code": self.code}
        if self.errors:
            body["errors"] = self.errors
        return body


class UserError(AssertionError):
    """A test let a user do what Discord's client would not allow."""


class NotAnsweredError(AssertionError):
    """The bot did not answer an interaction in time."""


class Problems:
    """Collects the problems of one body, each with its place."""

    def __init__(self) -> None:
        self.found: list[tuple[Place, str, str]] = []

    def add(self, place: Place, code: str, message: str) -> None:
        """Add a problem."""
        self.found.append((place, code, message))

    def too_long(self, place: Place, value: object, limit: int) -> None:
        """Add a string over its limit; Discord counts code points."""
        if isinstance(value, str) and len(value) > limit:
            self.add(place, "BASE_TYPE_MAX_LENGTH", f"Must be {limit} or fewer in length.")

    def bad_length(self, place: Place, value: object, low: int, high: int) -> None:
        """Add a value that is not a string of an allowed length."""
        if not isinstance(value, str):
            self.add(place, "BASE_TYPE_REQUIRED", "This field is required")
        elif not low <= len(value) <= high:
            self.add(place, "BASE_TYPE_BAD_LENGTH", f"Must be between {low} and {high} in length.")

    def too_many(self, place: Place, values: list[Any], limit: int) -> None:
        """Add a list over its limit."""
        if len(values) > limit:
            self.add(place, "BASE_TYPE_MAX_LENGTH", f"Must be {limit} or fewer in length.")

    def lines(self) -> list[str]:
        """Return one readable line per problem."""
        return [f"{'.'.join(map(str, place)) or '(body)'}: {message}" for place, _, message in self.found]

    def error(self) -> ApiError:
        """Return the error: 50006 for an empty message, else 50035 with every problem in its place."""
        if [code for _, code, _ in self.found] == ["EMPTY"]:
            return ApiError(400, 50006, "Cannot send an empty message")
        tree: Json = {}
        for place, code, message in self.found:
            node = tree
            for step in place:
                node = node.setdefault(str(step), {})
            node.setdefault("_errors", []).append({"code": code, "message": message})
        return ApiError(400, 50035, "Invalid Form Body", tree)


def unknown(what: str, code: int) -> ApiError:
    """Return the 404 for something that does not exist."""
    return ApiError(404, code, f"Unknown {what}")


MISSING_ACCESS = (403, 50001, "Missing Access")
MISSING_PERMISSIONS = (403, 50013, "Missing Permissions")
