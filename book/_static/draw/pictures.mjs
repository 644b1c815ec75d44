// Pixels on a canvas, and over them what the grid listened to.

// pixels: uint8 (3, size, size), as the painter gives them.
export function toCanvas({ pixels }, size) {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = size;
  const image = new ImageData(size, size);
  const plane = size * size;
  for (let i = 0; i < plane; i++) {
    for (let c = 0; c < 3; c++) image.data[4 * i + c] = pixels[c * plane + i];
    image.data[4 * i + 3] = 255;
  }
  canvas.getContext("2d").putImageData(image, 0, 0);
  return canvas;
}

// The picture enlarged; a chosen word leaves bright what listened to it, a chosen place is framed.
export function show(canvas, picture, { size, grid, word, place }) {
  const context = canvas.getContext("2d");
  const side = canvas.width / grid;
  context.imageSmoothingEnabled = false;
  context.drawImage(toCanvas(picture, size), 0, 0, canvas.width, canvas.height);
  if (word >= 0) {
    const shares = picture.attention.subarray(word * grid * grid, (word + 1) * grid * grid);
    const most = Math.max(...shares);
    shares.forEach((share, i) => {
      context.fillStyle = `rgb(0 0 0 / ${0.8 * (1 - share / most)})`;
      context.fillRect((i % grid) * side, Math.floor(i / grid) * side, side, side);
    });
  }
  if (place) {
    for (const [colour, width] of [["black", 6], ["white", 2]]) {
      context.strokeStyle = colour;
      context.lineWidth = width;
      context.strokeRect(place.x * side, place.y * side, side, side);
    }
  }
}

// The `count` largest of [number, ...] pairs, the largest first.
export function largest(pairs, count) {
  return [...pairs].sort((a, b) => b[0] - a[0]).slice(0, count);
}
