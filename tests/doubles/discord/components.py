"""Discord's limits on components: rows of buttons and selects, the newer layouts, and modals."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from .errors import Json, Place, Problems
from .payloads import walk

ROW, BUTTON, SELECT, INPUT, LABEL = 1, 2, 3, 4, 18
SELECTS = (3, 5, 6, 7, 8)
_LINK, _PREMIUM = 5, 6


def check_rows(components: list[Json], problems: Problems, at: Place) -> None:
    """Check the classic layout: at most five rows, each with at most five buttons or one select."""
    problems.too_many(at, components, 5)
    for index, row in enumerate(components):
        place = (*at, index)
        if row.get("type") != ROW:
            problems.add((*place, "type"), "BASE_TYPE_CHOICES", "Value must be one of (1,) without the V2 flag.")
            continue
        _check_row(row, problems, place)
    _check_ids(components, problems, at)


def check_v2(components: list[Json], problems: Problems, at: Place) -> None:
    """Check the newer layout: at most 40 components and 4000 characters in all."""
    everything = list(walk(components))
    if len(everything) > 40:
        problems.add(at, "COMPONENT_MAX_TOTAL_COMPONENTS_EXCEEDED", "The total number of components cannot exceed 40")
    if sum(len(one.get("content") or "") for one in everything) > 4000:
        problems.add(at, "COMPONENT_DISPLAYABLE_TEXT_SIZE_EXCEEDED", "Text over all components exceeds 4000")
    for index, component in enumerate(components):
        _check_nested(component, problems, (*at, index))
    _check_ids(components, problems, at)


def _check_nested(component: Json, problems: Problems, at: Place) -> None:
    if component.get("type") == ROW:
        _check_row(component, problems, at)
        return
    for index, inner in enumerate(component.get("components") or []):
        _check_nested(inner, problems, (*at, "components", index))
    if component.get("accessory"):
        _check_control(component["accessory"], problems, (*at, "accessory"))


def _check_row(row: Json, problems: Problems, at: Place) -> None:
    controls = row.get("components") or []
    if not 1 <= len(controls) <= 5:
        problems.add((*at, "components"), "BASE_TYPE_BAD_LENGTH", "Must be between 1 and 5 in length.")
    if len(controls) > 1 and any(control.get("type") in SELECTS for control in controls):
        problems.add(
            (*at, "components"), "COMPONENT_LAYOUT_WIDTH_EXCEEDED", "The specified component exceeds the width"
        )
    for index, control in enumerate(controls):
        _check_control(control, problems, (*at, "components", index))


def _check_control(control: Json, problems: Problems, at: Place) -> None:
    if control.get("type") == BUTTON:
        _check_button(control, problems, at)
    elif control.get("type") in SELECTS:
        _check_select(control, problems, at)


def _check_button(button: Json, problems: Problems, at: Place) -> None:
    problems.too_long((*at, "label"), button.get("label"), 80)
    if button.get("style") == _LINK:
        if not str(button.get("url") or "").startswith(("http://", "https://", "discord://")):
            problems.add((*at, "url"), "URL_TYPE_INVALID_SCHEME", f"Not a well formed URL: {button.get('url')!r}")
        problems.too_long((*at, "url"), button.get("url"), 512)
        if button.get("custom_id"):
            problems.add((*at, "custom_id"), "BASE_TYPE_INVALID", "A link button has no custom_id")
    elif button.get("style") != _PREMIUM:
        problems.bad_length((*at, "custom_id"), button.get("custom_id"), 1, 100)
    if not button.get("label") and not button.get("emoji") and button.get("style") != _PREMIUM:
        problems.add((*at, "label"), "BUTTON_COMPONENT_MISSING_LABEL_OR_EMOJI", "A label or an emoji is required")


def _check_select(select: Json, problems: Problems, at: Place) -> None:
    problems.bad_length((*at, "custom_id"), select.get("custom_id"), 1, 100)
    problems.too_long((*at, "placeholder"), select.get("placeholder"), 150)
    if select.get("type") != SELECT:
        return
    options = select.get("options") or []
    if not 1 <= len(options) <= 25:
        problems.add((*at, "options"), "BASE_TYPE_BAD_LENGTH", "Must be between 1 and 25 in length.")
    for index, option in enumerate(options):
        for key in ("label", "value"):
            problems.bad_length((*at, "options", index, key), option.get(key), 1, 100)
        problems.too_long((*at, "options", index, "description"), option.get("description"), 100)
    values = [option.get("value") for option in options]
    if len(set(values)) < len(values):
        problems.add((*at, "options"), "SELECT_COMPONENT_OPTION_VALUE_DUPLICATED", "The option values are not unique")
    if (select.get("max_values") or 1) > max(len(options), 1):
        problems.add((*at, "max_values"), "SELECT_COMPONENT_MAX_VALUES", "max_values exceeds the number of options")


def _check_ids(components: list[Json], problems: Problems, at: Place) -> None:
    ids = [one["custom_id"] for one in walk(components) if one.get("custom_id")]
    for custom_id in sorted({one for one in ids if ids.count(one) > 1}):
        problems.add(at, "COMPONENT_CUSTOM_ID_DUPLICATED", f"Component custom id cannot be duplicated: {custom_id}")


def check_modal(modal: Json, problems: Problems, at: Place) -> None:
    """Check a modal: its title, its one to five parts and their inputs."""
    problems.bad_length((*at, "title"), modal.get("title"), 1, 45)
    problems.bad_length((*at, "custom_id"), modal.get("custom_id"), 1, 100)
    parts = modal.get("components") or []
    if not 1 <= len(parts) <= 5:
        problems.add((*at, "components"), "BASE_TYPE_BAD_LENGTH", "Must be between 1 and 5 in length.")
    for index, part in enumerate(parts):
        place = (*at, "components", index)
        if part.get("type") == LABEL:
            problems.bad_length((*place, "label"), part.get("label"), 1, 45)
            problems.too_long((*place, "description"), part.get("description"), 100)
            _check_input(part.get("component") or {}, problems, (*place, "component"))
        for inner_index, inner in enumerate(part.get("components") or []):
            problems.bad_length((*place, "components", inner_index, "label"), inner.get("label"), 1, 45)
            _check_input(inner, problems, (*place, "components", inner_index))
    _check_ids(parts, problems, (*at, "components"))


def _check_input(field: Json, problems: Problems, at: Place) -> None:
    problems.bad_length((*at, "custom_id"), field.get("custom_id"), 1, 100)
    if field.get("type") in SELECTS:
        _check_select(field, problems, at)
    if field.get("type") != INPUT:
        return
    problems.too_long((*at, "placeholder"), field.get("placeholder"), 100)
    longest = field.get("max_length") or 4000
    if not 1 <= longest <= 4000:
        problems.add((*at, "max_length"), "NUMBER_TYPE_MAX", "Must be between 1 and 4000.")
    problems.too_long((*at, "value"), field.get("value"), min(longest, 4000))


def find_control(components: list[Json], wanted: str, kinds: Iterable[int]) -> Json | None:
    """Return a button or select by its custom_id, label or placeholder."""
    for one in walk(components):
        if one["type"] in kinds and wanted in (one.get("custom_id"), one.get("label"), one.get("placeholder")):
            return one
    return None


def labels(components: list[Json]) -> list[Any]:
    """Return the existing controls, for an error message."""
    return [one.get("label") or one.get("custom_id") for one in walk(components) if one.get("type") in (2, *SELECTS)]


def numbered(components: list[Json]) -> list[Json]:
    """Number every component without an id like Discord does."""
    copies = [_copy(component) for component in components]
    ids = {one["id"] for one in walk(copies) if one.get("id")}
    free = (number for number in range(1, 1000) if number not in ids)
    for one in walk(copies):
        if not one.get("id"):
            one["id"] = next(free)
    return copies


def _copy(component: Json) -> Json:
    copied = dict(component)
    if copied.get("components"):
        copied["components"] = [_copy(inner) for inner in copied["components"]]
    for key in ("component", "accessory"):
        if copied.get(key):
            copied[key] = _copy(copied[key])
    return copied
