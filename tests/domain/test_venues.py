"""A paper's venue is found in the wording of authors and pages."""

from __future__ import annotations

import pytest

from bot.domain.venues import venue_in, venue_of


@pytest.mark.parametrize(
    ("remark", "venue"),
    [
        ("12 pages, accepted at ICML 2024 (oral)", "ICML 2024"),
        ("Accepted to the 62nd Annual Meeting of the ACL; code available", "62nd Annual Meeting of the ACL"),
        ("NeurIPS 2023, 10 pages, 3 figures", "NeurIPS 2023"),
        ("To appear in IEEE Transactions on Pattern Analysis. 20 pages", "IEEE Transactions on Pattern Analysis"),
        ("CVPR'24 camera ready", "CVPR'24"),
        ("Accepted for publication in Physical Review D, 5 figures", "Physical Review D"),
        ("Published as a conference paper at ICLR 2022", "ICLR 2022"),
        ("Submitted to ICML 2024", None),
        ("Under review", None),
        ("15 pages, 4 figures", None),
        ("v2: typos fixed, GPT-4 results added", None),
        ("We train ResNet-50 and report results", None),
        ("The proof appears in the appendix", None),
        ("Results are presented in Section 5", None),
        ("Published in two versions", None),
        ("Accepted in 2024", None),
        ("Preprint. arXiv 2024", None),
        ("", None),
    ],
)
def test_a_remark_tells_the_venue(remark: str, venue: str | None) -> None:
    assert venue_in(remark) == venue


@pytest.mark.parametrize("name", ["arXiv.org", "CoRR", "bioRxiv", "ICLR 2024 Conference Submission", " ", "SSRN"])
def test_a_preprint_server_and_a_review_are_no_venue(name: str) -> None:
    assert venue_of(name) is None


def test_a_journal_is_one() -> None:
    assert venue_of("  Nature Machine  Intelligence ") == "Nature Machine Intelligence"
