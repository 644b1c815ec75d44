// The page that draws: form, pictures, and who listened to what. The model is `engine.mjs`.

import { Engine } from "./engine.mjs";
import { largest, show, toCanvas } from "./pictures.mjs";

const $ = (id) => document.getElementById(`draw${id && "-"}${id}`);
const form = $("");
const state = { engine: null, busy: false, result: null, chosen: 0, word: -1, place: null };

function say(sentence) {
  $("state").textContent = sentence;
}

function warn(sentence) {
  $("warning").textContent = sentence;
  $("warning").hidden = !sentence;
}

let loading = null;

// The model, brought once.
function model() {
  loading ??= (async () => {
    const start = performance.now();
    say("Loading the model ...");
    $("progress").hidden = false;
    const [vendor, folder] = ["../vendor", "./model"].map((x) => new URL(x, import.meta.url).href);
    state.engine = await Engine.load(vendor, folder, (share) => ($("progress").value = share));
    $("progress").hidden = true;
    say(`Ready, after ${((performance.now() - start) / 1000).toFixed(1)} s.`);
    return state.engine;
  })().catch((error) => {
    loading = null;
    $("progress").hidden = true;
    say("The model could not be loaded.");
    throw error;
  });
  return loading;
}

function choose(index) {
  state.chosen = index;
  for (const [i, button] of [...$("pictures").children].entries()) {
    button.setAttribute("aria-pressed", i === index);
  }
  look();
}

// The large picture with what is asked of it.
function look() {
  const { engine, result, chosen, word, place } = state;
  const picture = result.pictures[chosen];
  const { size, grid } = engine.sizes;
  show($("large"), picture, { size, grid, word, place });
  $("save").href = toCanvas(picture, size).toDataURL();
  for (const button of $("words").children) {
    button.setAttribute("aria-pressed", Number(button.dataset.word) === word);
  }
  if (!place) return;
  const shares = result.pieces.map((piece, i) => {
    return [picture.attention[i * grid * grid + place.y * grid + place.x], piece];
  });
  const heard = largest(shares, 4).map(([share, piece]) => `${piece} ${Math.round(100 * share)} %`);
  $("heard").textContent = `Column ${place.x + 1}, row ${place.y + 1} of ${grid}: ${heard.join(", ")}.`;
}

function add(picture, index) {
  const button = document.createElement("button");
  button.type = "button";
  button.append(toCanvas(picture, state.engine.sizes.size));
  const best = state.result.best > 1 ? ` (best of ${state.result.best}, drawn as ${picture.number})` : "";
  button.setAttribute("aria-label", `Picture ${index + 1}${best}`);
  button.title = `Picture ${index + 1}${best}`;
  button.setAttribute("aria-pressed", "false");
  button.addEventListener("click", () => choose(index));
  state.result.pictures[index] = picture;
  $("pictures").append(button);
}

function listWords(pieces) {
  const buttons = pieces.map((piece, i) => {
    const button = document.createElement("button");
    button.type = "button";
    button.dataset.word = i;
    button.textContent = piece;
    button.setAttribute("aria-pressed", "false");
    button.addEventListener("click", () => {
      state.word = state.word === i ? -1 : i;
      look();
    });
    return button;
  });
  $("words").replaceChildren(...buttons);
}

async function draw() {
  if (state.busy || !form.reportValidity()) return;
  state.busy = true;
  form.setAttribute("aria-busy", "true");
  warn("");
  try {
    const engine = await model();
    const given = new FormData(form);
    const [seed, n, bestOf] = ["seed", "count", "best"].map((name) => Number(given.get(name)));
    const way = $("way").open;
    const start = performance.now();
    let shown = 0;
    const onPicture = (picture, index) => {
      if (!index) {
        state.result = { pictures: [], pieces: [], best: way ? 1 : bestOf };
        $("pictures").replaceChildren();
      }
      add(picture, index);
      shown = index + 1;
      say(`Drawing: ${shown} of ${way ? Math.max(n, 2) : n} ...`);
    };
    const drawn = way
      ? await engine.interpolate(given.get("prompt"), given.get("second"), {
          steps: Math.max(n, 2), seed, onPicture,
        })
      : await engine.draw(given.get("prompt"), { n, seed, bestOf, onPicture });
    const took = Math.round(performance.now() - start);
    Object.assign(state.result, { pieces: drawn.pieces });
    Object.assign(state, { word: -1, place: null });
    listWords(drawn.pieces);
    $("heard").textContent = "Point at the picture, or put the focus on it and use the arrow keys.";
    $("result").hidden = false;
    choose(0);
    warn(drawn.warnings.filter(Boolean).join(" · "));
    say(`${shown} ${shown > 1 ? "pictures" : "picture"} in ${took} ms.`);
    form.dataset.took = took;
  } catch (error) {
    warn(error.message);
    if (state.engine) say("Nothing was drawn.");
  } finally {
    state.busy = false;
    form.removeAttribute("aria-busy");
  }
}

function pointAt(x, y) {
  const last = state.engine.sizes.grid - 1;
  const within = (value) => Math.min(Math.max(value, 0), last);
  state.place = { x: within(x), y: within(y) };
  look();
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  draw();
});
$("again").addEventListener("click", () => {
  form.elements.seed.value = Math.floor(Math.random() * 1e6);
  draw();
});
$("large").addEventListener("pointermove", (event) => {
  const { grid } = state.engine.sizes;
  const { width, height } = $("large").getBoundingClientRect();
  pointAt(Math.floor((event.offsetX / width) * grid), Math.floor((event.offsetY / height) * grid));
});
$("large").addEventListener("keydown", (event) => {
  const step = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
  const [dx, dy] = step[event.key] ?? [];
  if (dx === undefined) return;
  event.preventDefault();
  const middle = Math.floor(state.engine.sizes.grid / 2);
  const { x, y } = state.place ?? { x: middle - dx, y: middle - dy };
  pointAt(x + dx, y + dy);
});

if (location.protocol !== "file:") model().catch((error) => warn(error.message));
