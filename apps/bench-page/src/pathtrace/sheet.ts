/** Pictures beside each other, each under its name. */

export interface Panel {
  readonly label: string;
  /** Opaque RGBA, rows from the top, in base64. */
  readonly rgba: string;
}

const LABEL_PX = 22;
const GAP_PX = 4;

/**
 * @param width of each picture, pixels; all are as large
 * @returns the sheet's size and its RGBA in base64
 */
export function drawSheet(panels: readonly Panel[], width: number, height: number) {
  const canvas = document.createElement('canvas');
  canvas.width = panels.length * (width + GAP_PX) - GAP_PX;
  canvas.height = height + LABEL_PX;
  const context = canvas.getContext('2d');
  if (!context) throw new Error('there is no 2D canvas');
  context.fillStyle = '#fff';
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.fillStyle = '#222';
  context.font = '13px sans-serif';
  context.textBaseline = 'middle';
  panels.forEach(({ label, rgba }, i) => {
    const left = i * (width + GAP_PX);
    context.fillText(label, left + 2, LABEL_PX / 2, width - 4);
    const pixels = Uint8ClampedArray.from(atob(rgba), (letter) => letter.charCodeAt(0));
    context.putImageData(new ImageData(pixels, width, height), left, LABEL_PX);
  });
  const { data } = context.getImageData(0, 0, canvas.width, canvas.height);
  return { width: canvas.width, height: canvas.height, rgba: base64Of(data) };
}

export function base64Of(bytes: Uint8Array | Uint8ClampedArray): string {
  let text = '';
  for (const byte of bytes) text += String.fromCharCode(byte);
  return btoa(text);
}
