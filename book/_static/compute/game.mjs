// Chapter 5's game: a generator of points in the plane against a discriminator, 25 places to draw.

import { backward, forward, makeAdam, makeNetwork, slope, slopeBackward, zeros } from "./networks.mjs";

export const SIGMA = 0.1;
export const PLACES = Array.from({ length: 25 }, (_, k) => [Math.floor(k / 5) - 2, (k % 5) - 2]);
export const ARMS = {
  classic: { pairs: false, gamma: 0 },
  penalties: { pairs: false, gamma: 0.02 },
  "pairs too": { pairs: true, gamma: 0.02 },
};
const sigmoid = (x) => 1 / (1 + Math.exp(-x));

// Numbers from 0 to 1, the same for the same seed (a 32-bit hash of a counter), and normal ones.
export function makeRandom(seed) {
  let counter = Math.imul(seed + 1, 0x9e3779b9);
  const uniform = () => {
    counter = (counter + 0x6d2b79f5) | 0;
    let x = Math.imul(counter ^ (counter >>> 16), 0x85ebca6b);
    x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35);
    return ((x ^ (x >>> 16)) >>> 0) / 2 ** 32;
  };
  const normal = () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
  return { uniform, normal };
}

// The discriminator sees points through random waves: (n, 2) to sines and cosines, (n, 2 waves).
export function waves(points, frequency) {
  const [n, count] = [points.length / 2, frequency.length / 2];
  const seen = new Float64Array(n * 2 * count);
  for (let r = 0; r < n; r++) {
    for (let w = 0; w < count; w++) {
      const phase = points[2 * r] * frequency[w] + points[2 * r + 1] * frequency[count + w];
      seen[r * 2 * count + w] = Math.sin(phase);
      seen[r * 2 * count + count + w] = Math.cos(phase);
    }
  }
  return seen;
}

// A gradient at the waves back to the points, (n, 2).
function wavesBackward(seen, gradient, frequency) {
  const count = frequency.length / 2;
  const n = seen.length / (2 * count);
  const points = new Float64Array(2 * n);
  for (let r = 0; r < n; r++) {
    for (let w = 0, s = r * 2 * count, c = s + count; w < count; w++, s++, c++) {
      const phase = gradient[s] * seen[c] - gradient[c] * seen[s];
      points[2 * r] += phase * frequency[w];
      points[2 * r + 1] += phase * frequency[count + w];
    }
  }
  return points;
}

// Directions at the points, (n, 2), to how the waves change along them.
function wavesAlong(seen, directions, frequency) {
  const count = frequency.length / 2;
  const n = seen.length / (2 * count);
  const along = new Float64Array(seen.length);
  for (let r = 0; r < n; r++) {
    for (let w = 0, s = r * 2 * count, c = s + count; w < count; w++, s++, c++) {
      const phase =
        directions[2 * r] * frequency[w] + directions[2 * r + 1] * frequency[count + w];
      along[s] = phase * seen[c];
      along[c] = -phase * seen[s];
    }
  }
  return along;
}

const joined = (a, b) => Float64Array.from([...a, ...b]);

// The discriminator's loss with R1 + R2, and its gradients. real, fake: (n, 2).
export function discriminatorGradients({ D, frequency }, real, fake, { pairs, gamma }) {
  const n = real.length / 2;
  const seen = waves(joined(real, fake), frequency);
  const kept = forward(D, seen, 2 * n);
  const [scores, at] = [kept.output, new Float64Array(2 * n)];
  let loss = 0;
  for (let r = 0; r < n; r++) {
    const [a, b] = [scores[r], scores[n + r]];
    if (pairs) {
      loss += Math.log1p(Math.exp(b - a)) / n;
      at[n + r] = sigmoid(b - a) / n;
      at[r] = -at[n + r];
    } else {
      loss += (Math.log1p(Math.exp(-a)) + Math.log1p(Math.exp(b))) / n;
      at[r] = -sigmoid(-a) / n;
      at[n + r] = sigmoid(b) / n;
    }
  }
  const gradients = zeros(D);
  backward(D, kept, at, gradients);
  if (gamma) {
    const slopes = slope(D, kept);
    const atPoints = wavesBackward(seen, slopes.atInput, frequency);
    for (const value of atPoints) loss += (gamma * value * value) / (2 * n);
    const directions = atPoints.map((value) => (gamma * value) / n);
    slopeBackward(D, kept, slopes, wavesAlong(seen, directions, frequency), gradients);
  }
  return { loss, gradients };
}

// The generator's loss and its gradients. noise: (n, 2).
export function generatorGradients({ D, G, frequency }, real, noise, { pairs }) {
  const n = real.length / 2;
  const drawn = forward(G, noise, n);
  const seen = waves(drawn.output, frequency);
  const kept = forward(D, seen, n);
  const others = pairs ? forward(D, waves(real, frequency), n).output : new Float64Array(n);
  const lead = kept.output.map((score, r) => score - others[r]);
  const loss = lead.reduce((sum, x) => sum + Math.log1p(Math.exp(-x)) / n, 0);
  const atSeen = backward(D, kept, lead.map((x) => -sigmoid(-x) / n), null);
  const gradients = zeros(G);
  backward(G, drawn, wavesBackward(seen, atSeen, frequency), gradients);
  return { loss, gradients };
}

// How many of the 25 places are drawn, and the share of points at any, as chapter 5 counts them.
export function modes(points) {
  const n = points.length / 2;
  const near = PLACES.map(([x, y]) => {
    let count = 0;
    for (let r = 0; r < n; r++) {
      count += Math.hypot(points[2 * r] - x, points[2 * r + 1] - y) <= 3 * SIGMA;
    }
    return count;
  });
  return { count: near.filter((c) => c >= n / 50).length, share: near.reduce((a, b) => a + b) / n };
}

// A game of one arm; `step()` lets both players move once, `points(n)` draws.
export function makeGame(arm, { seed = 0, batch = 64, steps = 4000, rate = 4e-3 } = {}) {
  const { uniform, normal } = makeRandom(seed);
  const players = {
    G: makeNetwork([2, 64, 64, 64, 2], uniform),
    D: makeNetwork([64, 64, 64, 1], uniform),
    frequency: Float64Array.from({ length: 64 }, () => 3 * normal()),
  };
  const [moveG, moveD] = [makeAdam(players.G), makeAdam(players.D)];
  const noise = (n) => Float64Array.from({ length: 2 * n }, normal);
  const real = (n) => {
    const chosen = Array.from({ length: n }, () => PLACES[Math.floor(25 * uniform())]);
    return Float64Array.from(chosen.flat(), (x) => x + SIGMA * normal());
  };
  const game = {
    played: 0,
    steps,
    points: (n) => forward(players.G, noise(n), n).output,
    step() {
      const now = rate * Math.min(1, 2.02 - (2 * game.played) / steps);
      const [data, z] = [real(batch), noise(batch)];
      const drawn = forward(players.G, z, batch).output;
      moveD(discriminatorGradients(players, data, drawn, ARMS[arm]).gradients, now);
      moveG(generatorGradients(players, data, z, ARMS[arm]).gradients, now);
      game.played += 1;
    },
  };
  return game;
}
