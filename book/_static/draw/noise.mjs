// Noise of (seed, k), bit for bit that of `dalle_edu/chain.py`: a hash of 32-bit integers (the
// finaliser of MurmurHash3), then Box-Muller in float64, rounded to float32.

function hash(x) {
  x = (x + 0x9e3779b9) >>> 0;
  x = Math.imul(x ^ (x >>> 16), 0x85ebca6b) >>> 0;
  x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35) >>> 0;
  return (x ^ (x >>> 16)) >>> 0;
}

// seed: an integer from 0 to 2^53 - 1; k: which picture of it.
export function noise(seed, k, channels) {
  const [low, high] = [seed % 2 ** 32, Math.floor(seed / 2 ** 32)];
  const uniform = (counter) => {
    const x = hash(hash(hash(hash(counter) ^ low) ^ high) ^ k);
    return (x + 1) / 2 ** 32; // in (0, 1]
  };
  const half = Math.ceil(channels / 2);
  const normal = new Float32Array(2 * half);
  for (let i = 0; i < half; i++) {
    const radius = Math.sqrt(-2 * Math.log(uniform(i)));
    const angle = 2 * Math.PI * uniform(half + i);
    normal[i] = radius * Math.cos(angle);
    normal[half + i] = radius * Math.sin(angle);
  }
  return normal.slice(0, channels);
}
