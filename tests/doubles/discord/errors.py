"""Discord's refusals, in the shape its REST API gives them."""

from __future__ import annotations

from typing import Any

Json = dict[str, Any]
Place = tuple[str | int, ...]


class ApiError(Exception):
    """Carry one refusal: HTTP status, Discord's error code, its message and what is wrong where."""

    def __init__(self, status: int, code: int, message: str, errors: Json | None = None) -> None:
        super().__init__(f"{status} {code} {message}")
        self.status = status
        self.code = code
        self.message = message
        self.errors = errors

    def body(self) -> Json:
        """Give the JSON that Discord answers."""
        body: Json = {"message": self.message, "code": self.code}
        if self.errors:
            body["errors"] = self.errors
        return body


class UserError(AssertionError):
    """Say that a test asked a user to do what Discord's client would not let them do."""


class NotAnsweredError(AssertionError):
    """Say that the bot did not answer an interaction in time."""


class Problems:
    """Collect what is wrong with one body, each with its place in it."""

    def __init__(self) -> None:
        self.found: list[tuple[Place, str, str]] = []

    def add(self, place: Place, code: str, message: str) -> None:
        """Note one problem."""
        self.found.append((place, code, message))

    def too_long(self, place: Place, value: object, limit: int) -> None:
        """Note a string over its limit; Discord counts code points."""
        if isinstance(value, str) and len(value) > limit:
            self.add(place, "BASE_TYPE_MAX_LENGTH", f"Must be {limit} or fewer in length.")

    def bad_length(self, place: Place, value: object, low: int, high: int) -> None:
        """Note a value that is no string of an allowed length."""
        if not isinstance(value, str):
            self.add(place, "BASE_TYPE_REQUIRED", "This field is required")
        elif not low <= len(value) <= high:
            self.add(place, "BASE_TYPE_BAD_LENGTH", f"Must be between {low} and {high} in length.")

    def too_many(self, place: Place, values: list[Any], limit: int) -> None:
        """Note a list over its limit."""
        if len(values) > limit:
            self.add(place, "BASE_TYPE_MAX_LENGTH", f"Must be {limit} or fewer in length.")

    def lines(self) -> list[str]:
        """Give one readable line per problem."""
        return [f"{'.'.join(map(str, place)) or '(body)'}: {message}" for place, _, message in self.found]

    def error(self) -> ApiError:
        """Give the refusal: 50006 for an empty message, else 50035 with every problem in its place."""
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
    """Give the 404 for a thing that is not there."""
    return ApiError(404, code, f"Unknown {what}")


MISSING_ACCESS = (403, 50001, "Missing Access")
MISSING_PERMISSIONS = (403, 50013, "Missing Permissions")
