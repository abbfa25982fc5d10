"""Text from outside that an error quotes has no effect where it is shown."""

from __future__ import annotations

import unicodedata

from hypothesis import given

from bot.domain.errors import FileError, InputError
from bot.i18n import LOCALES, msg
from tests.samples import texts


@given(texts)
def test_an_error_is_one_line_that_hides_and_does_nothing(text: str) -> None:
    for error in (
        InputError(msg('unknown key "{key}"', key=text)),
        FileError(msg('unknown key "{key}"', key=text), file=text),
    ):
        for sentence in (str(error), *map(error.text, LOCALES)):
            assert len(sentence.splitlines()) == 1
            assert not {"Cc", "Cs"} & set(map(unicodedata.category, sentence.replace("\t", "")))
            assert not set("\u202e\u200b") & set(sentence)
