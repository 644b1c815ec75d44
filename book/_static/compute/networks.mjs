// Small networks by hand: linear layers with leaky ReLU between them, what their outputs make of
// their weights, and the slope of a score at its input, which penalties are about.
// A batch of n rows is one flat Float64Array, row after row.

const LEAK = 0.2;

// sizes: of the input, of each hidden layer, of the output; uniform: () => number from 0 to 1.
export function makeNetwork(sizes, uniform) {
  return sizes.slice(1).map((outputs, l) => {
    const inputs = sizes[l];
    const bound = 1 / Math.sqrt(inputs);
    const draw = () => bound * (2 * uniform() - 1);
    return {
      inputs,
      outputs,
      weight: Float64Array.from({ length: inputs * outputs }, draw),
      bias: Float64Array.from({ length: outputs }, draw),
    };
  });
}

export function zeros(network) {
  return network.map(({ weight, bias }) => ({
    weight: new Float64Array(weight.length),
    bias: new Float64Array(bias.length),
  }));
}

// (n, inputs) to (n, outputs), without the bias if it is null.
function times(x, n, { weight, inputs, outputs }, bias) {
  const y = new Float64Array(n * outputs);
  for (let r = 0; r < n; r++) {
    for (let o = 0; o < outputs; o++) {
      let sum = bias ? bias[o] : 0;
      for (let i = 0, w = o * inputs, c = r * inputs; i < inputs; i++) sum += weight[w++] * x[c++];
      y[r * outputs + o] = sum;
    }
  }
  return y;
}

// (n, outputs) to (n, inputs): back through the layer.
function timesTurned(y, n, { weight, inputs, outputs }) {
  const x = new Float64Array(n * inputs);
  for (let r = 0; r < n; r++) {
    for (let o = 0; o < outputs; o++) {
      const value = y[r * outputs + o];
      for (let i = 0, w = o * inputs, c = r * inputs; i < inputs; i++) x[c++] += value * weight[w++];
    }
  }
  return x;
}

// Adds y' x, summed over the rows, to the gradient of a weight.
function addOuter(gradient, y, x, n, { inputs, outputs }) {
  for (let r = 0; r < n; r++) {
    for (let o = 0; o < outputs; o++) {
      const value = y[r * outputs + o];
      for (let i = 0, w = o * inputs, c = r * inputs; i < inputs; i++) gradient[w++] += value * x[c++];
    }
  }
}

const gate = (values, before) => values.map((value, k) => (before[k] > 0 ? value : LEAK * value));

// What comes out, and what is needed to go back: each layer's input, and what it gave.
export function forward(network, x, n) {
  const [inputs, before] = [[x], []];
  network.forEach((layer, l) => {
    before.push(times(inputs[l], n, layer, layer.bias));
    inputs.push(l + 1 < network.length ? gate(before[l], before[l]) : before[l]);
  });
  return { n, inputs, before, output: before.at(-1) };
}

// From the gradient at the output to that at the input; adds that of the weights to `gradients`.
export function backward(network, { n, inputs, before }, atOutput, gradients) {
  let y = atOutput;
  for (let l = network.length - 1; l >= 0; l--) {
    if (gradients) {
      addOuter(gradients[l].weight, y, inputs[l], n, network[l]);
      const { outputs } = network[l];
      for (let k = 0; k < y.length; k++) gradients[l].bias[k % outputs] += y[k];
    }
    y = timesTurned(y, n, network[l]);
    if (l > 0) y = gate(y, before[l - 1]);
  }
  return y;
}

// The slope of a score at the network's input, and what it was at each layer's output on the way.
export function slope(network, { n, before }) {
  const outputs = [];
  let y = new Float64Array(n).fill(1);
  for (let l = network.length - 1; l >= 0; l--) {
    outputs[l] = y;
    y = timesTurned(y, n, network[l]);
    if (l > 0) y = gate(y, before[l - 1]);
  }
  return { atInput: y, outputs };
}

// Adds to `gradients` those of something that depends on the slope, given its gradient there.
// Leaky ReLU is straight on both sides, so that the slope is a product of weights and of gates.
export function slopeBackward(network, { n, before }, { outputs }, atSlope, gradients) {
  let t = atSlope;
  network.forEach((layer, l) => {
    addOuter(gradients[l].weight, outputs[l], t, n, layer);
    if (l + 1 < network.length) t = gate(times(t, n, layer, null), before[l]);
  });
}

// Adam (Kingma and Ba 2015) without momentum, as chapter 5 uses it: betas 0 and 0.99.
export function makeAdam(network) {
  const squares = zeros(network);
  let step = 0;
  return (gradients, rate) => {
    step += 1;
    const correction = 1 - 0.99 ** step;
    network.forEach((layer, l) => {
      for (const name of ["weight", "bias"]) {
        const [value, g, square] = [layer[name], gradients[l][name], squares[l][name]];
        for (let k = 0; k < value.length; k++) {
          square[k] = 0.99 * square[k] + 0.01 * g[k] * g[k];
          value[k] -= (rate * g[k]) / (Math.sqrt(square[k] / correction) + 1e-8);
        }
      }
    });
  };
}
