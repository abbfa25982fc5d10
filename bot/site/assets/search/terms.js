// The terms of all papers: a number for each, the papers in which it stands, and the order in which a paper has them.

const BOUNDARY = 0; // stands between two columns, because no phrase reaches across

/** A number for each term, from 1 in the order in which they come. */
class Dictionary {
  #numbers = new Map();
  #byFirst = new Map();

  numberOf(term) {
    let number = this.#numbers.get(term);
    if (number === undefined) {
      number = this.#numbers.size + 1;
      this.#numbers.set(term, number);
      put(this.#byFirst, term.charCodeAt(0), term);
    }
    return number;
  }

  /** The number of a term; undefined if no paper has it. */
  known(term) {
    return this.#numbers.get(term);
  }

  /** The numbers of the terms with that prefix. */
  beginningWith(prefix) {
    const found = this.#byFirst.get(prefix.charCodeAt(0)) ?? [];
    return found.filter((term) => term.startsWith(prefix)).map((term) => this.#numbers.get(term));
  }
}

/** Some columns of all papers. The papers are known by their place; each is written whole before the next one. */
class Scope {
  #sequence = new Uint32Array(1 << 16);
  #length = 0;
  #starts = [];
  #last = [];
  #counts = [];
  #offsets = [0];
  #places = null;

  /** Begin with the next paper. */
  begin() {
    this.#starts.push(this.#length);
  }

  /** Add a term to the paper; return whether it is the first time. */
  add(number) {
    this.#append(number);
    while (this.#last.length <= number) this.#last.push(0), this.#counts.push(0);
    if (this.#last[number] === this.#starts.length) return false;
    this.#last[number] = this.#starts.length;
    this.#counts[number]++;
    return true;
  }

  endColumn() {
    this.#append(BOUNDARY);
  }

  /** Add the terms that another scope has of the paper at a place, as one column. */
  addAll(other, place) {
    const end = other.#starts[place + 1] ?? other.#length;
    for (let at = other.#starts[place]; at < end; at++) if (other.#sequence[at] !== BOUNDARY) this.add(other.#sequence[at]);
    this.endColumn();
  }

  /** List the places of each term, after the last paper; pauses after each paper. */
  *finish() {
    const offsets = new Uint32Array(this.#counts.length + 1);
    for (let number = 0; number < this.#counts.length; number++) offsets[number + 1] = offsets[number] + this.#counts[number];
    const ends = offsets.slice(), places = new Uint32Array(offsets.at(-1));
    for (let place = 0, at = 0; place < this.#starts.length; place++) {
      for (const end = this.#starts[place + 1] ?? this.#length; at < end; at++) {
        const number = this.#sequence[at];
        if (number !== BOUNDARY && (ends[number] === offsets[number] || places[ends[number] - 1] !== place)) places[ends[number]++] = place;
      }
      yield;
    }
    this.#offsets = offsets;
    this.#places = places;
    this.#last = this.#counts = null;
  }

  count(number) {
    return number < this.#offsets.length - 1 ? this.#offsets[number + 1] - this.#offsets[number] : 0;
  }

  /** The places of the papers with a term, in order. */
  places(number) {
    return this.count(number) ? this.#places.subarray(this.#offsets[number], this.#offsets[number + 1]) : [];
  }

  /** Whether a paper has these terms in sequence. */
  hasPhrase(place, numbers) {
    const [first] = numbers, last = (this.#starts[place + 1] ?? this.#length) - numbers.length;
    for (let at = this.#starts[place]; at <= last; at++) {
      if (this.#sequence[at] !== first) continue;
      let more = 1;
      while (more < numbers.length && this.#sequence[at + more] === numbers[more]) more++;
      if (more === numbers.length) return true;
    }
    return false;
  }

  #append(number) {
    if (this.#length === this.#sequence.length) {
      const longer = new Uint32Array(2 * this.#length);
      longer.set(this.#sequence);
      this.#sequence = longer;
    }
    this.#sequence[this.#length++] = number;
  }
}

function put(map, key, value) {
  const list = map.get(key);
  if (list) list.push(value);
  else map.set(key, [value]);
}

/** The common members of two sorted lists. */
function intersection(one, other) {
  const common = [];
  for (let i = 0, j = 0; i < one.length && j < other.length; ) {
    if (one[i] === other[j]) {
      common.push(one[i]);
      i++;
      j++;
    } else if (one[i] < other[j]) i++;
    else j++;
  }
  return common;
}

/** The members of lists of numbers below `size`, sorted. */
function union(lists, size) {
  if (lists.length === 1) return lists[0];
  const isMember = new Uint8Array(size), members = [];
  for (const list of lists) for (let at = 0; at < list.length; at++) isMember[list[at]] = 1;
  for (let member = 0; member < size; member++) if (isMember[member]) members.push(member);
  return members;
}
