"""The content of the small internet: generated papers at every kind of place where a team finds one."""

from __future__ import annotations

from bot.sources.http import Fetcher
from bot.sources.lookup import Sources
from bot.sources.parser import Parser

from .answers import Page, anthology, as_json, citation, crossref, html, meta, openreview
from .server import Web

ADDRESSES = {
    "arxiv_url": "http://export.arxiv.org",
    "arxiv_listing_url": "http://arxiv.org/list",
    "crossref_url": "http://api.crossref.org",
    "doi_url": "http://doi.org",
    "openreview_url": "http://api2.openreview.net",
    "openreview_site_url": "http://openreview.net",
    "acl_url": "http://aclanthology.org",
}


def sources_in(web: Web, *, seconds: float = 3.0, interval: float = 0.02, fetcher: Fetcher | None = None) -> Sources:
    """Open all sources in the small internet, whose machine counts as public."""
    fetcher = fetcher or Fetcher(
        resolver=web.dns, interval=interval, seconds=seconds, may_connect=lambda address: address == "127.0.0.1"
    )
    return Sources(fetcher, Parser(), seconds=seconds, **ADDRESSES)


def fill(web: Web) -> None:
    """Put up all papers."""
    _arxiv(web)
    _registered(web)
    _meetings(web)
    _publishers(web)
    _pages(web)


def _arxiv(web: Web) -> None:
    web.papers["2401.00001v3"] = {
        "title": "Sleepy Attention: Models\n  That Rest Between Tokens",
        "authors": ["Ada Núñez", "山田 太郎"],
        "published": "2024-01-05T17:58:01Z",
        "doi": "10.5555/SLEEPY.1",
        "affiliation": "Institute of Naps",
        "abstract": "We let a model rest.\nIt answers a < b & c better after that.",
        "comment": "12 pages; code at https://github.com/naps/sleepy-attention.",
    }
    web.papers["math/0309999v1"] = {
        "title": "On the Folding of Old Maps",
        "authors": ["Bo Field"],
        "published": "2003-09-30T10:00:00Z",
        "abstract": "Maps fold.",
    }


def _registered(web: Web) -> None:
    person = {"given": "Cy", "family": "Ito", "sequence": "first", "affiliation": [{"name": "Lake University"}]}
    work = {
        "DOI": "10.5555/lake.42",
        "type": "proceedings-article",
        "title": ["Counting <i>Fish</i> &amp; Birds"],
        "subtitle": ["A Census"],
        "author": [person, {"name": "The Lake Group", "affiliation": []}],
        "issued": {"date-parts": [[2021, 3]]},
        "publisher": "Made-Up Press",
        "abstract": "<jats:title>Abstract</jats:title><jats:p>We counted\n twice.</jats:p><jats:p>Then again.</jats:p>",
        "relation": {"has-preprint": [{"id-type": "doi", "id": "10.48550/arXiv.2101.00042", "asserted-by": "subject"}]},
    }
    web.put("api.crossref.org/works/10.5555%2Flake.42", crossref(work))
    csl = "application/vnd.citationstyles.csl+json"
    data = {
        "DOI": "10.5281/zenodo.77",
        "title": "A Heap of Data",
        "type": "dataset",
        "issued": {"date-parts": [["2022"]]},
        "author": [{"literal": "Dee Os"}],
        "abstract": "Heaps.",
    }
    web.put("doi.org/10.5281/zenodo.77", as_json(data, csl))
    web.redirect("doi.org/10.5715/made.30.1", "http://www.jstage.jst.go.jp/article/made/30/1/30_1/_article/-char/ja")
    web.put(
        "www.jstage.jst.go.jp/article/made/30/1/30_1/_article/-char/ja",
        citation(
            "眠る言語モデル",
            "山田, 太郎",
            "鈴木 花子",
            date="2023/03/15",
            doi="10.5715/made.30.1",
            author_institution="昼寝大学",
            abstract="<p>休むと賢くなる。</p>",
        ),
    )
    web.put("dead.example/x", Page(b"", status=500))


def _meetings(web: Web) -> None:
    web.put(
        "api2.openreview.net/notes?id=AbCdEf1234",
        openreview(
            "AbCdEf1234",
            1_705_363_200_000,
            title="Reviews of Reviews",
            authors=["Eve Ono", "Fay Pu"],
            abstract="We review\n\nreviews.",
            venue="Made-Up 2024",
            code="https://github.com/ono/reviews",
        ),
    )
    refused = {"name": "ChallengeRequiredError", "message": "Challenge required", "status": 403}
    web.put("api2.openreview.net/notes?id=ZyXwVu9876", Page(as_json(refused).body, "application/json", 403))
    web.put(
        "openreview.net/forum?id=ZyXwVu9876",
        citation(
            "A Page Instead",
            "Gus Q. Ray",
            date="2023/09/28",
            online_date="2024/01/01",
            abstract="The API was shy.",
            pdf_url="https://openreview.net/pdf?id=ZyXwVu9876",
        ),
    )
    for id, title in (("2023.madeup-main.7", "Parsing Porridge"), ("P19-9999", "Old Oats")):
        abstract = "Porridge <b>is</b> &amp; stays hot. <i>x</i>&lt;1"
        web.put(f"aclanthology.org/{id}/", anthology(id, title, "Hal Ro", "Iku Sé", date="2023/7", abstract=abstract))


def _publishers(web: Web) -> None:
    hashed = "proceedings.neurips.cc/paper_files/paper/2023/hash/00aa-Abstract-Conference.html"
    web.put(hashed, citation("Nets of Nets", "Roe, Jan", "Sato, Kim", date="2023", pdf_url="/files/00aa-Paper.pdf"))
    web.put("proceedings.mlr.press/v300/roe26a.html", citation("Learning Machines", "Jan Roe", date="2026/02/11"))
    web.put(
        "openaccess.thecvf.com/content/CVPR2023/html/Roe_Eyes_CVPR_2023_paper.html",
        citation("Eyes Everywhere", "Roe, Jan", date="2023"),
    )
    web.put("jmlr.org/papers/v25/23-0001.html", citation("A Journal of Machines", "Jan Roe", date="2024"))
    # A publisher that redirects in a circle unless its cookie is kept.
    cookie = {"Set-Cookie": "seen=1; Domain=nature.com; Path=/"}
    web.redirect("idp.nature.com/authorize?to=x", "http://www.nature.com/articles/s1-2-3?ok", headers=cookie)
    web.redirect("www.nature.com/articles/s1-2-3", "http://idp.nature.com/authorize?to=x", 303)
    web.put(
        "www.nature.com/articles/s1-2-3?ok",
        citation(
            "Leaves in Wind",
            "Roe, J.",
            date="2021-07-15",
            doi="10.1038/s1-2-3",
            journal_title="Nature",
            author_institution="Wind Lab",
        ),
    )
    web.put(
        "pubmed.ncbi.nlm.nih.gov/99999999/",
        html(
            meta("citation_title", "Cells at Rest"),
            meta("citation_authors", "Kay T;Lee U"),
            meta("citation_date", "01/07/2020"),
            meta("citation_doi", "10.1000/cells"),
            meta("description", "Cells rest."),
        ),
    )
    web.put(
        "journal.example/article/view/7",
        html(
            meta("DC.Title", "A Small Journal"),
            meta("DC.Creator.PersonalName", "x"),
            meta("DC.Creator", "Max Vu"),
            meta("DC.Date.issued", "2019-05-06"),
            meta("DC.Description", "Small but open."),
            meta("DC.Identifier.DOI", "10.1000/small.7"),
        ),
    )
    web.put("arxiv-mirror.example/paper", citation("Mirrored", "A B", date="2022/05/01", arxiv_id="2205.00001"))


def _pages(web: Web) -> None:
    web.put(
        "github.com/naps/tool",
        html(
            meta("og:title", "GitHub - naps/tool: A tool for naps", "property"),
            meta("og:site_name", "GitHub", "property"),
            meta("og:description", "A tool for naps.", "property"),
            meta("og:type", "object", "property"),
        ),
    )
    linked = """<script type="application/ld+json">{"@context": "https://schema.org", "@graph": [
        {"@type": "WebSite", "name": "The Lab"}, {"@type": ["BlogPosting"], "headline": "We taught a model to nap",
        "datePublished": "2024-02-03T09:00:00+09:00", "author": [{"@type": "Person", "name": "Nao Wu"}],
        "publisher": {"@type": "Organization", "name": "The Lab"}, "description": "It works."}]}</script>"""
    web.put("lab.example/blog/nap", html(linked, meta("og:title", "Nap | The Lab", "property")))
    scholarly = """<script type='application/ld+json'>{"@type": "ScholarlyArticle", "name": "Said in JSON",
        "author": {"name": "Pi, Oz", "affiliation": {"name": "Oz College"}}, "datePublished": "2020-10",
        "publisher": "Some Press", "abstract": "All of it.", "sameAs": "https://doi.org/10.1000/json"}</script>"""
    web.put("repository.example/1", html(scholarly))
    card = (
        meta("og:title", "言語モデルの昼寝 | 研究所ブログ", "property"),
        meta("og:site_name", "研究所ブログ", "property"),
        meta("og:description", "昼寝の効用を調べた。", "property"),
        meta("article:published_time", "2024-05-01T00:00:00+09:00", "property"),
    )
    web.put("blog.example.jp/nap", html(*card))
    for charset in ("Shift_JIS", "EUC-JP"):
        text = f"<html><head><meta charset={charset}><title>古い頁の論文①</title></head><body>表示</body></html>"
        codec = "cp932" if charset == "Shift_JIS" else "euc_jp"
        web.put(f"old.example.jp/{charset}", Page(text.encode(codec, "replace"), "text/html"))
    web.put("plain.example/paper", html(title="Only a Title"))
    web.put("odd.example/no-type", Page(html(title="No Content Type").body, None))
    web.redirect("t.example/abc", "https://arxiv.org/pdf/2401.00001v2", 301)
    web.redirect("t.example/doi", "https://dl.acm.org/doi/10.5555/lake.42", 301)
    web.redirect("t.example/blog", "http://blog.example.jp/nap", 307)
    web.redirect("moved.example/a", "/b?c=%E3%81%82", 308)
    web.put("moved.example/b?c=%E3%81%82", html(title="Moved"))
