// The 3 x 3 matrix of chapter 2, alive: change a cosine or the temperature, and see what follows.

import { infoNce, infoNcePull, shares, sigmoidLoss, tripletLoss } from "./losses.mjs";

const START = [
  [0.8, 0.3, 0.1],
  [0.2, 0.4, 0.5],
  [0.0, 0.1, 0.6],
];
const form = document.getElementById("similarity");
const cells = [...form.querySelectorAll("[data-cell]")];
const say = (name, text) => (document.getElementById(`similarity-${name}`).textContent = text);

function update() {
  const numbers = cells.map((cell) => Number(cell.querySelector("input").value));
  const cosine = [0, 1, 2].map((i) => numbers.slice(3 * i, 3 * i + 3));
  const temperature = 10 ** Number(form.elements.temperature.value);
  const [share, pull] = [shares(cosine, temperature), infoNcePull(cosine, temperature)];
  cells.forEach((cell, k) => {
    const [i, j] = [Math.floor(k / 3), k % 3];
    cell.querySelector(".share").textContent = share[i][j].toFixed(3);
    const moved = pull[i][j];
    const arrow = Math.abs(moved) < 0.005 ? "·" : moved > 0 ? "↑" : "↓";
    cell.querySelector(".pull").textContent = `${arrow} ${Math.abs(moved).toFixed(2)}`;
    cell.style.setProperty("--share", share[i][j]);
  });
  say("temperature", temperature.toPrecision(2));
  form.elements.temperature.setAttribute("aria-valuetext", temperature.toPrecision(2));
  say("infonce", infoNce(cosine, temperature).toFixed(3));
  say("sigmoid", sigmoidLoss(cosine, 10, -10).toFixed(3));
  say("triplet", tripletLoss(cosine, 0.3).toFixed(3));
}

form.addEventListener("input", update);
form.addEventListener("submit", (event) => event.preventDefault());
form.addEventListener("reset", () => setTimeout(update));
cells.forEach((cell, k) => {
  const input = cell.querySelector("input");
  input.defaultValue = START[Math.floor(k / 3)][k % 3];
});
form.reset();
form.hidden = false;
update();
