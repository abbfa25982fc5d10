// The ids and links in a query, as bot/search/identifier_lookup.py and bot/domain/identifiers.py read them.

const AROUND = new Set("<>()[]{}「」『』【】〈〉《》*_~`|\"'“”‘’,.;:!?、。…");
const ARXIV_ID = "(?:\\d{4}\\.\\d{4,5}|[a-z][a-z-]+(?:\\.[A-Z]{2})?/\\d{7})";
const ARXIV = new RegExp(`^(?:arxiv:\\s*)?(${ARXIV_ID})(?:v\\d+)?$`, "i");
const ARXIV_PATH = new RegExp(`^/(?:abs|pdf|html|format|e-print|src|papers|overview|forum)/(${ARXIV_ID})(?:v\\d+)?(?:\\.pdf)?/?$`, "i");
const ARXIV_DOI = new RegExp(`^10\\.48550/arxiv\\.(${ARXIV_ID})$`, "i");
const ARXIV_HOSTS = ["arxiv.org", "alphaxiv.org", "huggingface.co", "ar5iv.org", "ar5iv.labs.arxiv.org"];
const DOI = /^(?:doi:\s*)?(10\.\d{4,9}\/\S+)$/i;
const DOI_IN_PATH = /(10\.\d{4,9}\/[^?#\s]+)/;
const DOI_TAIL = /(?:\/(?:full|pdf|epdf|abstract|meta|html)|\.pdf)$/i;
const OPENREVIEW_ID = /^[A-Za-z0-9_-]{6,20}$/;
const ACL_ID = /^(?:\d{4}\.[a-z0-9_-]+\.\d+|[A-Z]\d{2}-\d{4,5})$/i;
const TRACKING = /^(?:utm_\w+|fbclid|gclid|ref|ref_src|si|s|t|context)$/i;
const ADDRESS = /https?:\/{1,2}[!-;=?-_a-{}~]+/i;
const MOST_NAMED = 12;

const isHost = (host, names) => names.some((name) => host === name || host.endsWith(`.${name}`));

function webAddress(text) {
  text = text.trim().replace(/^(https?):\/(?!\/)/i, "$1://");
  if (text.length > 2000 || !/^https?:\/\//i.test(text)) return null;
  try {
    const address = new URL(text);
    return address.username || address.password || !/^[a-z0-9_.:~!$&*+,;=-]+$/i.test(address.hostname) ? null : address;
  } catch {
    return null;
  }
}

function decoded(path) {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

/** The form in which two links to one page are equal: no scheme, `www.`, tracking or trailing slash. */
function canonicalUrl(address) {
  const host = address.hostname.replace(/^www\./, "").replace(/^m\./, "");
  const query = [...address.searchParams].filter(([name, value]) => value && !TRACKING.test(name)).sort();
  const path = decoded(address.pathname).replace(/\/+$/, "").replace(/[\s%?#]/gu, encodeURIComponent);
  const text = new URLSearchParams(query).toString();
  return host + (address.port ? `:${address.port}` : "") + path + (text && `?${text}`);
}

function canonicalArxiv(name) {
  if (!name.includes("/")) return name;
  const [archive, number] = name.split("/");
  const [group, subject] = archive.toLowerCase().split(".");
  return `${group}${subject ? `.${subject.toUpperCase()}` : ""}/${number}`;
}

const arxivId = (text) => ARXIV.exec(text.normalize("NFKC").trim())?.[1] ?? null;

function doiOf(text) {
  const name = DOI.exec(text.normalize("NFKC").trim())?.[1].replace(/[/.,;]+$/, "").toLowerCase();
  return name && DOI.test(name) ? name : null;
}

function keyOfDoi(name) {
  const arxiv = ARXIV_DOI.exec(name);
  return arxiv ? `arxiv:${canonicalArxiv(arxiv[1])}` : `doi:${name}`;
}

/** The key of the id in an id or a link. */
function identifierKey(text) {
  const address = webAddress(text);
  if (!address) {
    const arxiv = arxivId(text), doi = doiOf(text);
    return arxiv ? `arxiv:${canonicalArxiv(arxiv)}` : doi && keyOfDoi(doi);
  }
  const host = address.hostname, path = decoded(address.pathname);
  const arxiv = isHost(host, ARXIV_HOSTS) && ARXIV_PATH.exec(path);
  if (arxiv) return `arxiv:${canonicalArxiv(arxiv[1])}`;
  if (isHost(host, ["openreview.net"])) {
    const id = address.searchParams.get("id") ?? "";
    return OPENREVIEW_ID.test(id) ? `openreview:${id}` : null;
  }
  if (isHost(host, ["aclanthology.org"])) {
    const name = path.replace(/^\/+|\/+$/g, "").split("/")[0].replace(/\.(?:pdf|bib)$/, "");
    return ACL_ID.test(name) ? `acl:${name}` : null;
  }
  const named = DOI_IN_PATH.exec(path);
  const doi = named && doiOf(named[1].replace(/\/+$/, "").replace(DOI_TAIL, ""));
  return doi ? keyOfDoi(doi) : null;
}

function stripped(text) {
  const letters = Array.from(text);
  while (letters.length && AROUND.has(letters[0])) letters.shift();
  while (letters.length && AROUND.has(letters.at(-1))) letters.pop();
  return letters.join("");
}

/** A word as it was typed, and without the characters around or before the id or link in it. */
function* shapesOf(word) {
  yield word;
  if (/^[\p{L}\p{N}]*$/u.test(word)) return;
  const inner = word.split(/\]\(<?/).pop();
  for (const shape of [ADDRESS.exec(inner)?.[0] ?? inner, word.replace(/arxiv[.:]/i, "")]) {
    if (shape !== word) yield shape;
    const bare = stripped(shape);
    if (bare && bare !== word && bare !== shape) yield bare;
  }
}

/** The keys of the ids and links that a query consists of or contains. */
function identifierKeys(text) {
  const typed = words(text.normalize("NFKC"));
  const keys = typed.length === 1
    ? [...shapesOf(typed[0])].flatMap((shape) => [
        `openreview:${shape.toLowerCase()}`, `acl:${shape.toLowerCase()}`, ...(/[/.:]/.test(shape) ? keysOf(shape) : []),
      ])
    : typed.slice(0, MOST_NAMED).filter((word) => /[/.:]/.test(word)).flatMap((word) =>
        [...shapesOf(word)].filter(isClearlyNamed).flatMap(keysOf));
  return [...new Set(keys)];
}

const isClearlyNamed = (shape) =>
  webAddress(shape) || arxivId(shape) || doiOf(shape) || (shape.includes("/") && shape.toLowerCase().startsWith("www."));

function keysOf(name) {
  const address = webAddress(name) ? name : `https://${name}`;
  const keys = [name, address].map(identifierKey).filter(Boolean).map((key) => key.toLowerCase());
  const url = webAddress(address);
  return url ? [...keys, `url:${canonicalUrl(url).toLowerCase()}`] : keys;
}

/** The words of a query; for a link, its address without the parts that all links share. */
function wordsInLink(text) {
  const address = text.includes("/") ? [...shapesOf(text)].map(webAddress).find(Boolean) : null;
  return address ? canonicalUrl(address).toLowerCase() : text;
}
