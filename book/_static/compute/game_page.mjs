// The page of the 25 places: buttons, a canvas, and the count. The game is `game.mjs`.

import { makeGame, modes, PLACES, SIGMA } from "./game.mjs";

const form = document.getElementById("game");
const canvas = document.getElementById("game-points");
const say = (name, text) => (document.getElementById(`game-${name}`).textContent = text);
const SHOWN = 1000;
let [game, running] = [null, false];

function show() {
  const context = canvas.getContext("2d");
  const style = getComputedStyle(canvas);
  const at = (value) => ((value + 3) / 6) * canvas.width;
  const points = game.points(SHOWN);
  context.clearRect(0, 0, canvas.width, canvas.height);
  context.strokeStyle = style.color;
  context.lineWidth = 2;
  for (const [x, y] of PLACES) {
    context.beginPath();
    context.arc(at(x), at(-y), (3 * SIGMA * canvas.width) / 6, 0, 2 * Math.PI);
    context.stroke();
  }
  context.fillStyle = style.outlineColor;
  for (let r = 0; r < SHOWN; r++) {
    context.fillRect(at(points[2 * r]) - 2, at(-points[2 * r + 1]) - 2, 4, 4);
  }
  const { count, share } = modes(points);
  say("count", `${count} of 25`);
  say("share", `${Math.round(100 * share)} %`);
  say("step", `${game.played} of ${game.steps}`);
}

// Steps for a fortieth of a second, then a picture; a hidden page waits.
function play() {
  if (!running) return;
  const end = performance.now() + 40;
  while (performance.now() < end && game.played < game.steps) game.step();
  show();
  if (game.played < game.steps) requestAnimationFrame(play);
  else stop();
}

function stop() {
  running = false;
  say("go", game.played < game.steps ? "Play" : "Played");
  document.getElementById("game-go").disabled = game.played >= game.steps;
}

function again() {
  const given = new FormData(form);
  game = makeGame(given.get("arm"), { seed: Number(given.get("seed")) });
  stop();
  show();
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  running = !running;
  say("go", running ? "Pause" : "Play");
  play();
});
form.addEventListener("change", again);
document.getElementById("game-again").addEventListener("click", again);
form.hidden = false;
again();
