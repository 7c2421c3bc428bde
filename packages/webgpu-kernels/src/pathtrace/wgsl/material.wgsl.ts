import { type Feature, MATERIAL as M } from '../layout.js';

/**
 * A material's inputs at a point. `Place` is where a hit lies on its textures: uv, and the second set where the scene has
 * one.
 */

/** A function of one factor: scalars at `word`, times a texture's channel (by its shift in the texel), if any. */
const scalar = (name: string, word: number, texture: number, shift: number) => ({ name, word, texture, shift });

const SCALARS: Partial<Record<Feature | 'base', readonly ReturnType<typeof scalar>[]>> = {
  specular: [scalar('specularFactor', M.specular, M.specularTexture, 24)],
  transmission: [scalar('transmissionFactor', M.transmission, M.transmissionTexture, 0)],
  clearcoat: [
    scalar('clearcoatFactor', M.clearcoat, M.clearcoatTexture, 0),
    scalar('clearcoatRoughness', M.clearcoatRoughness, M.clearcoatRoughnessTexture, 8),
  ],
  sheen: [scalar('sheenRoughness', M.sheenRoughness, M.sheenRoughnessTexture, 24)],
  iridescence: [scalar('iridescenceFactor', M.iridescence, M.iridescenceTexture, 0)],
};

/** Colours: a factor of three words, times a texture's sRGB, if any. */
const COLOURS: Partial<Record<Feature | 'base', readonly { name: string; word: number; texture: number }[]>> = {
  base: [
    { name: 'plainColor', word: M.baseColor, texture: M.baseColorTexture },
    { name: 'emission', word: M.emissive, texture: M.emissiveTexture },
  ],
  specular: [{ name: 'specularColor', word: M.specularColor, texture: M.specularColorTexture }],
  sheen: [{ name: 'sheenColor', word: M.sheenColor, texture: M.sheenColorTexture }],
};

/** A linear channel of a footprint, by its shift in the texel. */
export function channel(footprint: string, shift: number): string {
  return `channel(${footprint}, ${0xff * 2 ** shift}u, ${1 / 255} * 0x1p-${shift})`;
}

/** The inputs of the features given, with textures or from factors alone. */
export function materialInputs(features: readonly Feature[], textured: boolean): string {
  const used = ['base' as const, ...features];
  const colours = used.flatMap((feature) => COLOURS[feature] ?? []);
  const scalars = used.flatMap((feature) => SCALARS[feature] ?? []);
  return [
    ...colours.map((colour) => colourInput(colour, textured)),
    ...scalars.map((one) => scalarInput(one, textured)),
    alphaAndRoughness(textured),
    features.includes('iridescence') ? filmThickness(textured) : '',
  ].join('\n');
}

const colourInput = ({ name, word, texture }: { name: string; word: number; texture: number }, textured: boolean) => `
fn ${name}(material: u32, place: Place) -> vec3f {
  var factor = vec3f(tableFloat(material + ${word}u), tableFloat(material + ${word + 1}u), tableFloat(material + ${word + 2}u));${
    textured
      ? `
  let texture = tables[material + ${texture}u];
  if (texture != 0u) {
    factor *= colour(texture, place);
  }`
      : ''
  }
  return factor;
}`;

const scalarInput = ({ name, word, texture, shift }: ReturnType<typeof scalar>, textured: boolean) => `
fn ${name}(material: u32, place: Place) -> f32 {
  var factor = tableFloat(material + ${word}u);${
    textured
      ? `
  let texture = tables[material + ${texture}u];
  if (texture != 0u) {
    factor *= ${channel('footprint(texture, place)', shift)};
  }`
      : ''
  }
  return factor;
}`;

const alphaAndRoughness = (textured: boolean) => `
fn plainAlpha(material: u32, place: Place) -> f32 {
  var factor = tableFloat(material + ${M.alpha}u);${
    textured
      ? `
  let texture = tables[material + ${M.baseColorTexture}u];
  if (texture != 0u) {
    factor *= ${channel('footprint(texture, place)', 24)};
  }`
      : ''
  }
  return factor;
}

// Metallic, roughness.
fn metallicRoughness(material: u32, place: Place) -> vec2f {
  var factor = vec2f(tableFloat(material + ${M.metallic}u), tableFloat(material + ${M.roughness}u));${
    textured
      ? `
  let texture = tables[material + ${M.metallicRoughnessTexture}u];
  if (texture != 0u) {
    let f = footprint(texture, place);
    factor *= vec2f(${channel('f', 16)}, ${channel('f', 8)});
  }`
      : ''
  }
  return factor;
}`;

// Nanometres.
const filmThickness = (textured: boolean) => `
fn filmThickness(material: u32, place: Place) -> f32 {
  var nanometres = tableFloat(material + ${M.iridescenceMaximum}u);${
    textured
      ? `
  let texture = tables[material + ${M.iridescenceThicknessTexture}u];
  if (texture != 0u) {
    nanometres = mix(tableFloat(material + ${M.iridescenceMinimum}u), nanometres, ${channel('footprint(texture, place)', 8)});
  }`
      : ''
  }
  return nanometres;
}`;

/** Bilinear by hand, as glTF's samplers say; sRGB is decoded a texel at a time, before the interpolation. */
export const TEXTURES = (texels: number, features: readonly Feature[]) => /* wgsl */ `
@group(0) @binding(7) var<storage, read> texels: array<u32, ${texels}>;

// Coordinates in 0 … 1: repeated, mirrored, or clamped.
fn folded(uv: vec2f, repeats: vec2<bool>, mirrors: vec2<bool>) -> vec2f {
  let twice = uv - 2.0 * floor(0.5 * uv);
  let back = 2.0 - twice;
  let mirrored = select(back, twice, twice < back);
  let low = select(vec2f(0.0), uv, uv > vec2f(0.0));
  let clamped = select(vec2f(1.0), low, low < vec2f(1.0));
  return select(select(clamped, mirrored, mirrors), uv - floor(uv), repeats);
}

// Columns and rows at most one beyond the ends.
fn inside(i: vec2f, size: vec2f, repeats: vec2<bool>) -> vec2f {
  let low = i < vec2f(0.0);
  let high = i >= size;
  let around = select(select(i, i - size, high), i + size, low);
  return select(select(select(i, size - 1.0, high), vec2f(0.0), low), around, repeats);
}

struct Footprint {
  // Texels at top left, top right, bottom left, bottom right.
  at: vec4u,
  weight: vec4f,
}

fn footprint(texture: u32, place: Place) -> Footprint {
  let header = TEXTURES_AT + TEXTURE_WORDS * (texture - 1u);
  let first = tables[header];
  let sides = tables[header + 1u];
  let size = vec2f(f32(sides & 0xffffu), f32(sides & 0xffff0000u) * 0x1p-16);
  let flags = tables[header + 2u];
  let nearest = (flags & 16u) != 0u;
${features.includes('uv1') ? '  var uv = select(place.xy, place.zw, (flags & 32u) != 0u);' : '  var uv = place.xy;'}
${
  features.includes('textureTransforms')
    ? `  uv = vec2f(
    tableFloat(header + 4u) * uv.x + tableFloat(header + 5u) * uv.y + tableFloat(header + 6u),
    tableFloat(header + 7u) * uv.x + tableFloat(header + 8u) * uv.y + tableFloat(header + 9u),
  );`
    : ''
}
  let modes = vec2u(flags) & vec2u(3u, 12u);
  let repeats = modes == vec2u(0u);
  let point = folded(uv, repeats, modes == vec2u(2u, 8u)) * size - select(vec2f(0.5), vec2f(0.0), nearest);
  let corner = floor(point);
  let f = select(point - corner, vec2f(0.0), nearest);
  let at = vec4u(vec4i(vec4f(inside(corner, size, repeats), inside(corner + 1.0, size, repeats))));
  let row0 = first + at.y * (sides & 0xffffu);
  let row1 = first + at.w * (sides & 0xffffu);
  let g = 1.0 - f;
  return Footprint(vec4u(row0 + at.x, row0 + at.z, row1 + at.x, row1 + at.z), vec4f(g.x * g.y, f.x * g.y, g.x * f.y, f.x * f.y));
}

fn decoded(texel: u32) -> vec3f {
  return vec3f(tableFloat(texel & 255u), tableFloat((texel >> 8u) & 255u), tableFloat((texel >> 16u) & 255u));
}

fn colour(texture: u32, place: Place) -> vec3f {
  let f = footprint(texture, place);
  return decoded(texels[f.at.x]) * f.weight.x + decoded(texels[f.at.y]) * f.weight.y
    + decoded(texels[f.at.z]) * f.weight.z + decoded(texels[f.at.w]) * f.weight.w;
}

// One linear channel, 0 to 1: these bits of the texels, times what makes them so.
fn channel(f: Footprint, bits: u32, unit: f32) -> f32 {
  let words = vec4u(texels[f.at.x], texels[f.at.y], texels[f.at.z], texels[f.at.w]);
  return dot(vec4f(words & vec4u(bits)), f.weight) * unit;
}
`;

/** Base colour and alpha as they are shaded: with the vertices' colours, where the scene has them. */
export const BASE_COLOUR = (colors: number | null) => /* wgsl */ `
${
  colors === null
    ? `
fn tint(triangle: u32, u: f32, v: f32) -> vec4f {
  return vec4f(1.0);
}`
    : `
fn cornerColour(at: u32) -> vec4f {
  return vec4f(unpack2x16unorm(shading[at]), unpack2x16unorm(shading[at + 1u]));
}

fn tint(triangle: u32, u: f32, v: f32) -> vec4f {
  return cornerColour(cornerAt(triangle, 0u, ${colors}u, 2u)) * (1.0 - u - v)
    + cornerColour(cornerAt(triangle, 1u, ${colors}u, 2u)) * u + cornerColour(cornerAt(triangle, 2u, ${colors}u, 2u)) * v;
}`
}

fn baseColor(material: u32, place: Place, triangle: u32, u: f32, v: f32) -> vec3f {
  return plainColor(material, place) * tint(triangle, u, v).rgb;
}

fn alphaOf(material: u32, place: Place, triangle: u32, u: f32, v: f32) -> f32 {
  return plainAlpha(material, place) * tint(triangle, u, v).a;
}
`;
