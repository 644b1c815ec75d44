// The shipped model in the browser: the same chain as `dalle_edu/chain.py`, its networks run by
// onnxruntime-web. Nothing here touches the page.

import { noise } from "./noise.mjs";
import { check, Tokenizer } from "./tokenizer.mjs";

const NETWORKS = ["text", "map", "reader", "painter"]; // and the scorer, on first use
const BATCH = 4; // pictures at once: between two batches the page can breathe

// Fetches a file and tells how many bytes have come.
async function bytes(url, onBytes) {
  const answer = await fetch(url);
  if (!answer.ok) throw new Error(`${url} is not there (${answer.status}): build the book again`);
  const parts = [];
  let length = 0;
  for (const reader = answer.body.getReader(); ; ) {
    const { done, value } = await reader.read();
    if (done) break;
    parts.push(value);
    length += value.length;
    onBytes(value.length);
  }
  const whole = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

async function unpacked(url) {
  const packed = new Blob([await bytes(url, () => {})]).stream();
  return new Response(packed.pipeThrough(new DecompressionStream("gzip"))).arrayBuffer();
}

// n times the same row.
function rows(tensor, n) {
  const data = new Float32Array(n * tensor.data.length);
  for (let i = 0; i < n; i++) data.set(tensor.data, i * tensor.data.length);
  return { data, dims: [n, ...tensor.dims.slice(1)] };
}

export class Engine {
  // vendor, folder: URLs of onnxruntime-web and of the exported model; onProgress(share of bytes).
  static async load(vendor, folder, onProgress = () => {}) {
    const engine = new Engine();
    const text = await bytes(`${folder}/model.json`, () => {});
    const told = JSON.parse(new TextDecoder().decode(text));
    const total = NETWORKS.reduce((sum, name) => sum + told.files[`${name}.onnx`], 0);
    let come = 0;
    const onBytes = (count) => onProgress((come += count) / total);
    const networks = NETWORKS.map((name) => bytes(`${folder}/${name}.onnx`, onBytes));
    const ort = await import(`${vendor}/ort.wasm.bundle.min.mjs`);
    ort.env.logLevel = "error";
    ort.env.wasm.numThreads = 1; // several would need headers that a plain server does not send
    ort.env.wasm.wasmBinary = await unpacked(`${vendor}/ort-wasm-simd-threaded.wasm.gz`);
    Object.assign(engine, { ort, folder, sizes: told, tokenizer: new Tokenizer(told.tokenizer) });
    for (const [i, name] of NETWORKS.entries()) engine[name] = await engine.network(networks[i]);
    return engine;
  }

  // A function that runs one exported network.
  async network(file) {
    const given = { executionProviders: ["wasm"] };
    const session = await this.ort.InferenceSession.create(await file, given);
    return (inputs) => session.run(this.tensors(inputs));
  }

  tensors(given) {
    const kinds = { Float32Array: "float32", Uint8Array: "uint8", BigInt64Array: "int64" };
    const whole = Object.entries(given).map(([name, { data, dims }]) => {
      return [name, new this.ort.Tensor(kinds[data.constructor.name], data, dims)];
    });
    return Object.fromEntries(whole);
  }

  // What stage 1 makes of a prompt, its tokens, and a warning if the prompt was cut.
  async hear(prompt, index = 0) {
    const { ids, warning } = this.tokenizer.encode(prompt, index);
    const tokens = { data: BigInt64Array.from(ids, BigInt), dims: [1, ids.length] };
    const heard = await this.text({ tokens });
    return { ...heard, warning, pieces: this.tokenizer.pieces(prompt).slice(0, ids.length) };
  }

  // Noise for pictures `first` to `first + n - 1` of a seed: the map's part and the generator's.
  noise(seed, first, n) {
    const { map, generator } = this.sizes.noise;
    const forMap = new Float32Array(n * map);
    const forGenerator = new Float32Array(n * generator);
    for (let i = 0; i < n; i++) {
      const z = noise(seed, first + i, map + generator);
      forMap.set(z.subarray(0, map), i * map);
      forGenerator.set(z.subarray(map), i * generator);
    }
    return [
      { data: forMap, dims: [n, map] },
      { data: forGenerator, dims: [n, generator] },
    ];
  }

  // Pictures out of what the painter gave: pixels (3, size, size), attention (words, grid, grid).
  pictures({ pixels, attention }, n) {
    const [each, seen] = [pixels.data.length / n, attention.data.length / n];
    return Array.from({ length: n }, (_, i) => ({
      pixels: pixels.data.slice(i * each, (i + 1) * each),
      attention: attention.data.slice(i * seen, (i + 1) * seen),
    }));
  }

  // Pictures `first` to `first + n - 1` of a prompt that was heard.
  async paint(heard, seed, first, n) {
    const [forMap, forGenerator] = this.noise(seed, first, n);
    const { aligned } = await this.map({ sentence: rows(heard.sentence, n), noise: forMap });
    const [words, mask] = [rows(heard.words, n), rows(heard.mask, n)];
    const { read } = await this.reader({ words, mask, aligned });
    const painted = await this.painter({ read, weights: mask, aligned, noise: forGenerator });
    return this.pictures(painted, n);
  }

  async score(heard, pictures) {
    this.scorer ??= await this.network(bytes(`${this.folder}/scorer.onnx`, () => {}));
    const side = this.sizes.size;
    const data = new Uint8Array(pictures.length * 3 * side * side);
    pictures.forEach(({ pixels }, i) => data.set(pixels, i * pixels.length));
    const { sentence, query, content } = heard;
    const pixels = { data, dims: [pictures.length, 3, side, side] };
    return (await this.scorer({ pixels, sentence, query, content })).score.data;
  }

  // n pictures of a prompt, each the best of `bestOf` by stage 1, as `Chain.draw` chooses them.
  // onPicture(picture, number) is told of each as soon as it is chosen.
  async draw(prompt, { n = 1, seed = 0, bestOf = 1, onPicture = () => {} } = {}) {
    const warnings = [check(this.tokenizer, [prompt])];
    const heard = await this.hear(prompt);
    const drawn = [];
    let [group, scores] = [[], []];
    for (let first = 0; first < n * bestOf; first += BATCH) {
      const count = Math.min(BATCH, n * bestOf - first);
      const pictures = await this.paint(heard, seed, first, count);
      scores.push(...(bestOf > 1 ? await this.score(heard, pictures) : pictures.map(() => 0)));
      group.push(...pictures);
      for (; group.length >= bestOf; [group, scores] = [group.slice(bestOf), scores.slice(bestOf)]) {
        const those = scores.slice(0, bestOf);
        const best = those.indexOf(Math.max(...those));
        drawn.push({ ...group[best], score: those[best], number: drawn.length * bestOf + best });
        onPicture(drawn.at(-1), drawn.length - 1);
      }
      if (first + count < n * bestOf) await new Promise((resume) => setTimeout(resume));
    }
    return { pictures: drawn, pieces: heard.pieces, warnings: [...warnings, heard.warning] };
  }

  // Pictures on the way from prompt a to prompt b under one noise, as `Chain.interpolate` goes it.
  async interpolate(a, b, { steps = 5, seed = 0, onPicture = () => {} } = {}) {
    const warnings = [check(this.tokenizer, [a, b])];
    const heard = [await this.hear(a, 0), await this.hear(b, 1)];
    const [forMap, forGenerator] = this.noise(seed, 0, 1);
    const ends = [];
    for (const { sentence } of heard) {
      ends.push((await this.map({ sentence, noise: forMap })).aligned.data);
    }
    const drawn = [];
    for (let i = 0; i < steps; i++) {
      const way = i / (steps - 1);
      const mixed = ends[0].map((x, c) => (1 - way) * x + way * ends[1][c]);
      const length = Math.hypot(...mixed);
      const aligned = { data: mixed.map((x) => x / length), dims: [1, mixed.length] };
      const parts = [];
      for (const { words, mask } of heard) {
        parts.push((await this.reader({ words, mask, aligned })).read);
      }
      const [one, two] = parts.map((part) => part.dims[1]);
      const read = {
        data: Float32Array.from([...parts[0].data, ...parts[1].data]),
        dims: [1, one + two, parts[0].dims[2]],
      };
      const counts = new Float32Array(one + two).fill(1 - way, 0, one).fill(way, one);
      const weights = { data: counts, dims: [1, one + two] };
      const painted = await this.painter({ read, weights, aligned, noise: forGenerator });
      drawn.push(...this.pictures(painted, 1));
      onPicture(drawn.at(-1), i);
      await new Promise((resume) => setTimeout(resume));
    }
    const pieces = [...heard[0].pieces, ...heard[1].pieces];
    return { pictures: drawn, pieces, warnings: [...warnings, ...heard.map((h) => h.warning)] };
  }
}
