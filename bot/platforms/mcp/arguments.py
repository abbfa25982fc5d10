"""What an assistant passes to each tool, checked before anything is done."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

MOST_RESULTS, MOST_EDITIONS = 20, 10


class Arguments(BaseModel):
    """The arguments of a tool; one that the tool does not know is an error."""

    model_config = ConfigDict(extra="forbid")


class SearchArguments(Arguments):
    """Arguments of `search`."""

    query: str = Field(
        max_length=500,
        description=(
            "Words in Japanese, English or both, in any width, case or kana, with a typo or two. May hold "
            '"a phrase", -without, tag:X, author:X, venue:X, year:2023, year:2022-2024 and has:code. '
            "An empty query lists all papers, last added first."
        ),
        examples=["拡散モデル year:2023", 'tag:RAG "long context"'],
    )
    limit: int = Field(default=10, ge=1, le=MOST_RESULTS, description="How many papers to return.")
    offset: int = Field(
        default=0, ge=0, le=100_000, description="How many papers to leave out first, for the next page."
    )


class GetArguments(Arguments):
    """Arguments of `get`."""

    id: str = Field(
        min_length=1,
        max_length=2000,
        description="A paper's id in this collection, an arXiv id, a DOI, or any link to the paper.",
        examples=["retnet", "2307.08621", "https://doi.org/10.48550/arXiv.2307.08621"],
    )


class RecentEditionsArguments(Arguments):
    """Arguments of `recent_editions`."""

    limit: int = Field(default=3, ge=1, le=MOST_EDITIONS, description="How many editions to return, newest first.")


class ProposeArguments(Arguments):
    """Arguments of `propose`."""

    source: str = Field(
        min_length=1,
        max_length=2000,
        description="The paper's link, arXiv id or DOI; its title, authors and date are looked up there.",
        examples=["https://arxiv.org/abs/2307.08621"],
    )
    headline: str = Field(default="", max_length=500, description="One line in Japanese that says what is new in it.")
    comment: str = Field(default="", max_length=4000, description="Why the team should read it, in Japanese.")
    title: str = Field(default="", max_length=500, description="The paper's title; only where the source gives none.")
    date: str = Field(
        "",
        max_length=40,
        description="When it was published; only where the source does not say.",
        examples=["2023-07"],
    )
    tags: Annotated[list[Annotated[str, Field(max_length=200)]], Field(max_length=20)] = Field(
        default_factory=list, description="Tags as the collection uses them; see those of similar papers first."
    )
