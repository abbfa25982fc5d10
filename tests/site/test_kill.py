"""A build whose process is killed leaves a whole site, and the next build finishes it."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

import pytest

from tests.samples import paper
from tests.site.pages import Collection, built, html_files, local_targets, parsed
from tests.site.test_build import contents

_PROGRAM = """
import asyncio, sys
from pathlib import Path
from tests.samples import paper
from tests.site.pages import Collection, built

folder = Path(sys.argv[1])
papers = [paper(n) for n in range(60)]
print("ready", flush=True)
for n in range(1000):
    asyncio.run(built(folder, Collection([*papers[n % 2 :], paper(100 + n % 2)], changes=n)))
"""


@pytest.mark.parametrize("seconds", [0.4, 0.9, 1.7])
async def test_every_link_leads_to_a_whole_page_after_a_kill(tmp_path: Path, seconds: float) -> None:
    out, papers = tmp_path / "out", [paper(n) for n in range(60)]
    await built(out, Collection([*papers, paper(100)]))
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", _PROGRAM, str(out), stdout=asyncio.subprocess.PIPE, cwd=Path(__file__).parents[2]
    )
    assert process.stdout and await process.stdout.readline()
    await asyncio.sleep(seconds)
    process.kill()
    await process.wait()
    for file in html_files(out)[:: 7 if seconds < 1 else 11]:
        if ".dayori-site" not in file.parts:
            assert all(target.is_file() for target in local_targets(file, parsed(file)))
    after = Collection([*papers[:20], paper(7)], changes=5000)
    await built(out, after)
    await built(tmp_path / "new", after)
    assert contents(out) == contents(tmp_path / "new")
