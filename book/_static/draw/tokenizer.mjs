// Text to numbers, as `dalle_edu/data/tokenizer.py` does it: byte-level byte-pair encoding.
// Case folding and white space come as tables from Python; a browser's own lists differ from them.

const START = 1;
const PIECES = /'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^ \p{L}\p{N}]+| +(?! )| +/gu;
const HAN = /(\p{Script=Han})/u;
const WORDS =
  /\p{Script=Han}+|\p{So}\p{M}*|(?!\p{Script=Han})\p{L}(?:(?!\p{Script=Han})[\p{L}\p{M}])*/gu;
// Of the script, but no ideographs by name: marks, numerals, radicals of the Kangxi dictionary.
const NO_IDEOGRAPH = /^[\u2f00-\u2fd5\u3005\u3007\u3021-\u3029\u3038-\u303b]/;
const UNSEEN = /[\p{C}\p{Z}]/u;

// How Python writes a text in a sentence: 'sky', "it's".
export function quoted(text) {
  const mark = text.includes("'") && !text.includes('"') ? '"' : "'";
  const named = { "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t", [mark]: `\\${mark}` };
  const inner = Array.from(text, (c) => {
    if (named[c]) return named[c];
    if (c === " " || !UNSEEN.test(c)) return c;
    const code = c.codePointAt(0);
    const [letter, width] = code < 256 ? ["x", 2] : code < 65536 ? ["u", 4] : ["U", 8];
    return `\\${letter}${code.toString(16).padStart(width, "0")}`;
  });
  return mark + inner.join("") + mark;
}

// Byte to the printable character that stands for it in the vocabulary (GPT-2's table).
function byteLetters() {
  const plain = (b) => (b >= 33 && b <= 126) || (b >= 161 && b <= 172) || b >= 174;
  let next = 256;
  return Array.from({ length: 256 }, (_, b) => String.fromCharCode(plain(b) ? b : next++));
}

export class Tokenizer {
  constructor({ vocabulary, merges, lexicon, fold, spaces, length }) {
    this.length = length;
    this.vocabulary = new Map(Object.entries(vocabulary));
    this.names = new Map(Object.entries(vocabulary).map(([name, id]) => [id, name]));
    this.ranks = new Map(merges.map((pair, rank) => [pair.join(" "), rank]));
    this.table = new Map(Object.entries(fold));
    this.spaces = new Set(spaces);
    this.known = new Set(lexicon);
    const longestFirst = [...lexicon].sort((a, b) => b.length - a.length);
    const escaped = longestFirst.map((word) => word.replace(/[\\^$.*+?()[\]{}|/-]/g, "\\$&"));
    this.match = new RegExp(escaped.join("|") || "(?!)", "u");
    this.letters = byteLetters();
    this.bytes = new Map(this.letters.map((letter, byte) => [letter, byte]));
    this.utf8 = new TextEncoder();
  }

  casefold(text) {
    return Array.from(text, (c) => this.table.get(c) ?? c).join("");
  }

  // Words between white space, as Python's `split()` finds them.
  split(text) {
    const found = [""];
    for (const c of text) {
      if (this.spaces.has(c)) found.push("");
      else found[found.length - 1] += c;
    }
    return found.filter(Boolean);
  }

  fold(text) {
    return " " + this.split(this.casefold(text)).join(" ");
  }

  isEmpty(text) {
    return this.split(text).length === 0;
  }

  // Tokens of a folded text: [{ id, bytes: how many it covers }].
  tokens(folded) {
    for (const c of folded) {
      if (c.length === 1 && c >= "\ud800" && c <= "\udfff") {
        throw new Error(`${quoted(folded)} is no text: give a string without lone surrogates`);
      }
    }
    const found = [];
    for (const part of folded.split(HAN).filter(Boolean)) {
      for (const [piece] of part.matchAll(PIECES)) {
        for (const name of this.merged(piece)) {
          found.push({ id: this.vocabulary.get(name), bytes: name.length });
        }
      }
    }
    return found;
  }

  merged(piece) {
    const parts = Array.from(this.utf8.encode(piece), (byte) => this.letters[byte]);
    for (;;) {
      let [best, place] = [Infinity, -1];
      for (let i = 0; i + 1 < parts.length; i++) {
        const rank = this.ranks.get(`${parts[i]} ${parts[i + 1]}`) ?? Infinity;
        if (rank < best) [best, place] = [rank, i];
      }
      if (place < 0) return parts;
      parts.splice(place, 2, parts[place] + parts[place + 1]);
    }
  }

  decode(ids) {
    const names = ids.filter((id) => id > START).map((id) => this.names.get(id));
    return new TextDecoder().decode(
      Uint8Array.from(names.join(""), (letter) => this.bytes.get(letter)),
    );
  }

  // One caption for the model: { ids, warning }, <start> first, cut where the model ends.
  encode(text, index = 0) {
    const ids = [START, ...this.tokens(this.fold(text)).map((token) => token.id)];
    if (ids.length <= this.length) return { ids, warning: "" };
    const kept = ids.slice(0, this.length);
    const whole = Array.from(this.decode(kept).replace(/[\ufffd ]+$/, ""));
    const end = whole.slice(-24).join("");
    const shown = quoted("..." + end.slice(Math.max(end.indexOf(" "), 0)));
    return { ids: kept, warning: `caption ${index} is ${ids.length} tokens long: cut after ${shown}` };
  }

  // A readable piece for each token, were the caption never cut.
  pieces(text) {
    const folded = this.fold(text);
    const characters = Array.from(folded);
    const owner = characters.flatMap((c, i) => Array(this.utf8.encode(c).length).fill(i));
    let at = 0;
    const spans = this.tokens(folded).map(({ bytes }) => {
      const span = [owner[at], owner[at + bytes - 1] + 1];
      at += bytes;
      return span;
    });
    const total = new Map();
    for (const span of spans) total.set(String(span), (total.get(String(span)) ?? 0) + 1);
    const seen = new Map();
    const named = spans.map(([a, b]) => {
      const key = String([a, b]);
      seen.set(key, (seen.get(key) ?? 0) + 1);
      const name = this.split(characters.slice(a, b).join("")).join(" ") || "␣";
      return total.get(key) === 1 ? name : `${name} ${seen.get(key)}/${total.get(key)}`;
    });
    return ["<start>", ...named];
  }

  // Words the model was never taught, each once; Chinese is read by longest match.
  unknownWords(text) {
    const found = [];
    for (const [run] of this.casefold(text).matchAll(WORDS)) {
      if (this.known.has(run)) continue;
      const chinese = /^\p{Script=Han}/u.test(run) && !NO_IDEOGRAPH.test(run);
      found.push(...(chinese ? run.split(new RegExp(this.match, "gu")) : [run]));
    }
    return [...new Set(found.filter(Boolean))];
  }
}

// What the library refuses, and what it warns of, in its own sentences.
export function check(tokenizer, prompts) {
  prompts.forEach((prompt, i) => {
    if (tokenizer.isEmpty(prompt)) {
      throw new Error(`prompt ${i} is empty: give every prompt at least one word`);
    }
  });
  const unknown = new Set(prompts.flatMap((prompt) => tokenizer.unknownWords(prompt)));
  if (!unknown.size) return "";
  return `never seen in training, drawn anyway: ${[...unknown].map(quoted).join(", ")}`;
}
