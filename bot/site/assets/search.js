// The search field: it fetches index and papers at its first use and shows what they find as one types.
(() => {
"use strict";

const MOST_SHOWN = 50, MOST_NAMED = 3;
const PAUSE = 300; // milliseconds without a key until the address has the query
const SLICE = 8; // milliseconds of work before the page gets its turn
const KANJI_OR_KANA = /[\u3041-\u30ff\u3400-\u9fff]/;
const form = document.querySelector("form.search");
const input = form.elements.q;
const labels = JSON.parse(form.dataset.labels);
const { home, top } = document.body.dataset;
const main = document.getElementById("content");
const skip = document.querySelector(".skip");
const section = make("main", "page results");
const status = make("p", "total");
const list = make("ul", "lines");
const formats = [];
let index = null, isWhole = false, loading = null, shown = "", waiting = 0;

section.hidden = true;
section.id = "results";
status.setAttribute("role", "status");
const head = make("header", "page-head");
head.append(make("h1", "", labels.results), status);
section.append(head, list);
main.before(section);

function make(name, className = "", text = "") {
  const element = document.createElement(name);
  if (className) element.className = className;
  element.textContent = text;
  return element;
}

/** Run a script of the site. */
function run(name) {
  return new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = `${top}assets/${name}`;
    script.onload = resolve;
    script.onerror = reject;
    document.head.append(script);
  });
}

/** Do some work, and give the page its turn as often as it needs one. */
async function work(steps) {
  const { port1, port2 } = new MessageChannel(); // a timer would wait for 4 ms each time
  let began = performance.now();
  for (const _ of steps) {
    if (performance.now() - began < SLICE) continue;
    await new Promise((resolve) => {
      port1.onmessage = resolve;
      port2.postMessage(null);
    });
    began = performance.now();
  }
  port1.close();
}

/** Fetch the papers as they are now, and search in their lists while their texts are read. */
function load() {
  loading ??= (async () => {
    await Promise.all([run(`search-version.js?t=${Date.now()}`), run(form.dataset.engine)]);
    const { Index } = self.dayoriSearch, version = self.dayoriSearchVersion;
    await run(`search-papers.js?v=${version}`);
    const made = new Index(self.dayoriSearch.aliases), texts = run(`search-texts.js?v=${version}`);
    await work(made.read(self.dayoriSearch.papers));
    index = made;
    search();
    await texts;
    await work(made.readTexts(self.dayoriSearch.texts));
    isWhole = true;
    if (!list.contains(document.activeElement)) search();
    await work(made.vocabulary.hear());
  })().catch(() => {
    loading = null;
    status.textContent = labels.failed;
  });
}

function search() {
  const typed = input.value.trim();
  section.hidden = !typed;
  main.hidden = Boolean(typed);
  skip.hash = typed ? section.id : main.id;
  if (!typed) return clear();
  if (index) show(self.dayoriSearch.find(index, typed, MOST_SHOWN));
  else status.textContent = labels.loading;
}

function clear() {
  list.replaceChildren();
  status.textContent = "";
}

function show(found) {
  const places = found.places.length ? found.places : found.near;
  const texts = [found.words, found.suggestion ? [found.suggestion] : []].flat();
  const marked = texts.flatMap((text) => self.dayoriSearch.fold(text).split(" ")).filter(Boolean);
  list.replaceChildren(...places.map((place, at) => item(index.documents[place].paper, found.reasons[at], marked)));
  status.replaceChildren(...(isWhole ? summary(found, places) : [labels.loading]));
}

function summary(found, places) {
  const count = found.places.length ? labels.found.replace("{count}", found.total.toLocaleString(document.documentElement.lang)) : labels.none;
  const parts = [places.length && !found.places.length ? `${labels.none} ${labels.near}` : count];
  if (!found.suggestion) return parts;
  const before = labels.suggestion.split("{suggestion}");
  const button = make("button", "suggestion", self.dayoriSearch.asSpelled(index, found));
  button.type = "button";
  button.addEventListener("click", () => enter(button.textContent));
  return [...parts, "\u2003", before[0], button, before[1] ?? ""];
}

function item(paper, reason, marked) {
  const element = make("li", "line"), when = make("div", "when"), what = make("div", "what");
  element.dataset.paperId = paper.id;
  if (paper.date) when.append(day(paper.date));
  const heading = make("a", "line-heading");
  heading.href = home + paper.path;
  write(heading, paper.headline || paper.title, marked);
  what.append(heading);
  if (paper.headline) what.append(write(make("span", "title"), paper.title, marked));
  const named = paper.authors.slice(0, MOST_NAMED).join(", ");
  const names = paper.authors.length > MOST_NAMED ? labels.others.replace("{names}", named) : named;
  const tags = paper.tags.map((tag) => `#${tag}`).join(" ");
  for (const fact of [names, tags]) if (fact) what.append(write(make("span", "facts"), fact, marked));
  if (reason) what.append(make("span", "facts why", labels.reasons[reason]));
  element.append(when, what);
  return element;
}

function day(date) {
  const [year, month, dayOfMonth] = date.split("-").map(Number);
  const time = make("time", "", dates(Boolean(month), Boolean(dayOfMonth)).format(new Date(Date.UTC(year, (month || 1) - 1, dayOfMonth || 1))));
  time.dateTime = date;
  return time;
}

/** How dates are written that have a month or a day; it takes long to make one. */
function dates(hasMonth, hasDay) {
  const locale = document.documentElement.lang === "ja" ? "ja-JP" : "en-GB";
  const parts = { year: "numeric", ...(hasMonth && { month: "long" }), ...(hasDay && { day: "numeric" }), timeZone: "UTC" };
  return (formats[hasMonth + hasDay] ??= new Intl.DateTimeFormat(locale, parts));
}

/** Write a text with the words that were searched for marked. */
function write(element, text, marked) {
  const lang = KANJI_OR_KANA.test(text) ? "ja" : "en";
  element.dir = "auto";
  if (lang !== document.documentElement.lang) element.lang = lang;
  let at = 0;
  for (const [start, end] of self.dayoriSearch.spans(text, marked)) {
    element.append(text.slice(at, start), make("mark", "", text.slice(start, end)));
    at = end;
  }
  element.append(text.slice(at));
  return element;
}

/** The query in the page's address; behind # where a page from a file may not change the rest. */
function fromAddress() {
  return new URLSearchParams(location.search).get("q") ?? new URLSearchParams(location.hash.slice(1)).get("q") ?? "";
}

/** Put the query into the address: a search as a new one at once, further keys when they pause, as browsers demand. */
function toAddress(typed) {
  clearTimeout(waiting);
  const parameters = typed ? `q=${encodeURIComponent(typed)}` : "";
  const address = location.pathname + (parameters && (location.protocol === "file:" ? "#" : "?") + parameters);
  if (Boolean(typed) !== Boolean(shown)) history.pushState(null, "", address);
  else history.replaceState(null, "", address);
  shown = typed;
}

function toAddressSoon(typed) {
  if (!typed || !shown) return toAddress(typed);
  clearTimeout(waiting);
  waiting = setTimeout(toAddress, PAUSE, typed);
}

function enter(typed) {
  input.value = typed;
  toAddress(typed.trim());
  load();
  search();
}

/** Move to the next or the previous result; above the first is the field. */
function move(step) {
  const links = [...list.querySelectorAll(".line-heading")];
  const at = links.indexOf(document.activeElement) + step;
  if (at < 0) input.focus();
  else links[Math.min(at, links.length - 1)]?.focus();
}

input.addEventListener("focus", load, { once: true });
form.addEventListener("pointerenter", load, { once: true });
input.addEventListener("input", () => {
  toAddressSoon(input.value.trim());
  load();
  search();
});
form.addEventListener("submit", (event) => {
  event.preventDefault();
  list.querySelector(".line-heading")?.click();
});
section.addEventListener("click", () => toAddress(input.value.trim()), { capture: true });
addEventListener("popstate", () => {
  clearTimeout(waiting);
  input.value = shown = fromAddress();
  if (shown) load();
  search();
});
addEventListener("keydown", (event) => {
  if (event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
  const isInside = event.target === input || section.contains(event.target);
  if (event.key === "/" && !event.target.closest("input, textarea, select, [contenteditable]")) input.focus();
  else if (isInside && event.key === "ArrowDown") move(1);
  else if (isInside && event.key === "ArrowUp" && event.target !== input) move(-1);
  else if (isInside && event.key === "Escape") {
    enter("");
    input.focus();
  } else return;
  event.preventDefault();
});

input.value = shown = fromAddress();
if (shown) {
  load();
  search();
}
})();
