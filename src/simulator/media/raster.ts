/** A picture in memory: red, green and blue, eight bits each, row by row. */
export interface Raster {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
}

export type Color = readonly [red: number, green: number, blue: number];

export function blend(from: Color, to: Color, share: number): Color {
  const part = Math.min(1, Math.max(0, share));
  return [
    from[0] + (to[0] - from[0]) * part,
    from[1] + (to[1] - from[1]) * part,
    from[2] + (to[2] - from[2]) * part,
  ];
}

/** Paints every pixel by a function of its place. */
export function paintRaster(
  width: number,
  height: number,
  color: (x: number, y: number) => Color,
): Raster {
  const data = new Uint8Array(width * height * 3);
  let at = 0;
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const [red, green, blue] = color(x, y);
      data[at] = red;
      data[at + 1] = green;
      data[at + 2] = blue;
      at += 3;
    }
  }
  return { width, height, data };
}
