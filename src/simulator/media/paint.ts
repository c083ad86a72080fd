/** Generated pictures that are pleasant to look at: skies, hills, water, towns and stars. */
import { seeded, mix, type Seeded } from './seeded.js';
import { blend, paintRaster, type Color, type Raster } from './raster.js';

interface Palette {
  readonly skyTop: Color;
  readonly skyLow: Color;
  readonly sun: Color;
  readonly far: Color;
  readonly near: Color;
  readonly night?: boolean;
}

const PALETTES: readonly [Palette, ...Palette[]] = [
  {
    skyTop: [52, 116, 190],
    skyLow: [196, 224, 240],
    sun: [255, 250, 220],
    far: [122, 158, 182],
    near: [34, 78, 58],
  },
  {
    skyTop: [58, 44, 92],
    skyLow: [246, 146, 92],
    sun: [255, 226, 150],
    far: [134, 84, 112],
    near: [34, 22, 44],
  },
  {
    skyTop: [246, 182, 160],
    skyLow: [255, 236, 206],
    sun: [255, 255, 240],
    far: [206, 166, 176],
    near: [112, 82, 108],
  },
  {
    skyTop: [8, 12, 40],
    skyLow: [40, 60, 110],
    sun: [236, 238, 226],
    far: [28, 40, 76],
    near: [6, 10, 24],
    night: true,
  },
  {
    skyTop: [92, 160, 170],
    skyLow: [226, 238, 214],
    sun: [255, 246, 206],
    far: [128, 168, 142],
    near: [52, 92, 46],
  },
  {
    skyTop: [30, 60, 120],
    skyLow: [250, 196, 170],
    sun: [255, 214, 170],
    far: [92, 104, 150],
    near: [26, 36, 66],
  },
];

type Ground = 'hills' | 'sea' | 'town';

/** A smooth line of hills: height above the horizon from -1 to 1, for each column of the picture. */
function ridge(seed: number, columns: number): Float64Array {
  const waves = [1, 2.1, 4.3, 9.7].map((frequency, index) => ({
    frequency: frequency * Math.PI,
    phase: (mix(seed, index) / 0x1_0000_0000) * Math.PI * 2,
    height: 0.5 / frequency ** 0.9,
  }));
  return Float64Array.from({ length: columns }, (_, column) =>
    waves.reduce(
      (sum, { frequency, phase, height }) =>
        sum + Math.sin((column / columns) * frequency + phase) * height,
      0,
    ),
  );
}

/** Ranges of hills, the farthest first; each as the height of its edge in every column. */
function ranges(draw: Seeded, seed: number, palette: Palette, columns: number) {
  const count = draw.between(3, 5);
  return Array.from({ length: count }, (_, index) => {
    const base = 0.55 + (0.4 * index) / count;
    const height = 0.06 + 0.05 * index * draw.unit();
    return {
      edge: ridge(mix(seed, 100 + index), columns).map((rise) => base - rise * height),
      color: blend(palette.far, palette.near, index / (count - 1)),
    };
  });
}

function skyline(seed: number, palette: Palette) {
  return (x: number, y: number): Color | undefined => {
    const house = Math.floor(x * 26);
    const top = 0.82 - (mix(seed, house) % 1000) / 2600;
    if (y < top) return undefined;
    const column = Math.floor(x * 26 * 5) % 5;
    const floor = Math.floor(y * 60);
    const lit =
      column % 2 === 1 && floor % 2 === 1 && mix(seed ^ house, floor * 8 + column) % 3 === 0;
    return lit ? [255, 214, 130] : blend(palette.far, palette.near, 0.6 + (house % 3) * 0.18);
  };
}

/** Paints the picture of a seed; the same seed gives the same scene at any size. */
export function paint(seed: number, width: number, height: number): Raster {
  const draw = seeded(seed);
  const palette = draw.pick(PALETTES);
  const ground = draw.pick<Ground>(['hills', 'hills', 'sea', 'town']);
  const sunX = 0.15 + draw.unit() * 0.7;
  const sunY = 0.14 + draw.unit() * 0.28;
  const sunSize = 0.035 + draw.unit() * 0.05;
  const hills = ranges(draw, seed, palette, width);
  const town = skyline(seed, palette);
  const horizon = 0.6;
  const aspect = width / height;

  const sky = (x: number, y: number): Color => {
    const distance = Math.hypot((x - sunX) * aspect, y - sunY);
    const plain = blend(palette.skyTop, palette.skyLow, (y / horizon) ** 1.3);
    if (distance < sunSize) return palette.sun;
    const glow = blend(plain, palette.sun, 0.55 * Math.exp(-(distance - sunSize) * 6));
    const star =
      palette.night && mix(mix(seed, Math.floor(x * 320)), Math.floor(y * 240)) % 190 === 0;
    return star ? blend(glow, [255, 255, 255], 0.8) : glow;
  };

  const water = (x: number, y: number): Color => {
    const depth = (y - horizon) / (1 - horizon);
    const ripple = Math.sin(y * 190 + Math.sin(x * 23) * 2.2) * 0.012 * (1 + depth * 2);
    const mirrored = sky(x + ripple, Math.max(0, 2 * horizon - y + ripple));
    return blend(mirrored, palette.near, 0.25 + depth * 0.45);
  };

  const visibleHills = ground === 'sea' ? hills.slice(0, 1) : hills;
  const land = (column: number, x: number, y: number): Color => {
    if (ground === 'town') return town(x, y) ?? sky(x, y);
    if (ground === 'sea' && y > horizon) return water(x, y);
    const nearest = visibleHills.findLast(({ edge }) => y > (edge[column] ?? 1));
    if (!nearest) return sky(x, y);
    return blend(nearest.color, palette.near, (y - (nearest.edge[column] ?? 1)) * 1.2);
  };

  return paintRaster(width, height, (column, row) => land(column, column / width, row / height));
}
