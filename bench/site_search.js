// What bench/site_search.py does in the page: types, waits for results, and scans the same papers plainly.
self.bench = (() => {
  const ON_SCREEN = 10;
  let folded = null;
  const results = () => document.querySelector(".results ul");
  const wait = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

  function enter(text) {
    const input = document.querySelector("input[type=search]");
    input.value = text;
    input.dispatchEvent(new Event("input"));
  }

  /** The milliseconds from the first key to the first results, and to the whole ones. */
  async function first() {
    const status = document.querySelector(".results [role=status]"), began = performance.now();
    enter("a");
    while (!results().children.length) await wait(0);
    const some = performance.now() - began;
    while (!/\d/.test(status.textContent)) await wait(0);
    const all = performance.now() - began;
    await wait(3000); // words are being heard
    return [some, all];
  }

  const find = (texts) => texts.map((text) => {
    enter(text);
    return [...results().querySelectorAll("[data-paper-id]")].slice(0, 10).map((each) => each.dataset.paperId);
  });

  /** The milliseconds until those results of a key are laid out that are on the screen. */
  function key(text) {
    const began = performance.now();
    enter(text);
    for (const each of [...results().querySelectorAll(".what")].slice(0, ON_SCREEN)) each.offsetHeight;
    document.body.offsetHeight;
    return performance.now() - began;
  }

  /** The milliseconds of looking for a text in all others. */
  function scan(text) {
    const { papers, texts, fold } = self.dayoriSearch;
    folded ??= papers.map((row, at) => fold([...row, ...texts[at]].flat().join(" ")));
    const began = performance.now(), query = fold(text);
    folded.filter((each) => each.includes(query));
    return performance.now() - began;
  }

  return { first, find, key, scan };
})();
