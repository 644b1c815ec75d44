// Chapter 2's numbers: shares and losses of a square matrix of cosines, row i's true caption being
// caption i. The same definitions as `dalle_edu/contrastive/losses.py`.

const mean = (values) => values.reduce((a, b) => a + b, 0) / values.length;
const turned = (matrix) => matrix.map((_, j) => matrix.map((row) => row[j]));

export function softmax(values) {
  const most = Math.max(...values);
  const powers = values.map((value) => Math.exp(value - most));
  const sum = powers.reduce((a, b) => a + b, 0);
  return powers.map((power) => power / sum);
}

function logSumExp(values) {
  const most = Math.max(...values);
  return most + Math.log(values.reduce((sum, value) => sum + Math.exp(value - most), 0));
}

// log(1 + e^x) without overflow.
const softplus = (x) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));

// What each row's captions share, at a temperature.
export function shares(cosine, temperature) {
  return cosine.map((row) => softmax(row.map((s) => s / temperature)));
}

// Half the mean of rows and half that of columns of -log softmax at the true one.
export function infoNce(cosine, temperature) {
  const scaled = cosine.map((row) => row.map((s) => s / temperature));
  const lines = (matrix) => mean(matrix.map((row, i) => logSumExp(row) - row[i]));
  return (lines(scaled) + lines(turned(scaled))) / 2;
}

// Each pair a question of its own, summed over all pairs and divided by the number of rows.
export function sigmoidLoss(cosine, scale, bias) {
  const pairs = cosine.flatMap((row, i) =>
    row.map((s, j) => softplus((i === j ? -1 : 1) * (scale * s + bias))),
  );
  return pairs.reduce((a, b) => a + b, 0) / cosine.length;
}

// The mean over (true, false) pairs of rows and columns of max(0, margin - lead).
export function tripletLoss(cosine, margin) {
  const leads = (matrix) =>
    matrix.flatMap((row, i) => row.filter((_, j) => j !== i).map((s) => row[i] - s));
  return mean([...leads(cosine), ...leads(turned(cosine))].map((x) => Math.max(0, margin - x)));
}

// What InfoNCE's gradient asks of each cosine, times -1: positive is pulled up, negative pushed.
export function infoNcePull(cosine, temperature) {
  const rows = shares(cosine, temperature);
  const columns = turned(shares(turned(cosine), temperature));
  return cosine.map((row, i) =>
    row.map((_, j) => {
      const wanted = i === j ? 1 : 0;
      return (2 * wanted - rows[i][j] - columns[i][j]) / (2 * cosine.length * temperature);
    }),
  );
}
