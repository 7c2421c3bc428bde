/** A material's inputs at a point: factors alone, or times textures. */

export const FACTORS = /* wgsl */ `
fn baseColor(material: u32, uv: vec2f) -> vec3f {
  return vec3f(tableFloat(material), tableFloat(material + 1u), tableFloat(material + 2u));
}

fn alphaOf(material: u32, uv: vec2f) -> f32 {
  return tableFloat(material + 3u);
}

fn emission(material: u32, uv: vec2f) -> vec3f {
  return vec3f(tableFloat(material + 4u), tableFloat(material + 5u), tableFloat(material + 6u));
}

// Metallic, roughness.
fn metallicRoughness(material: u32, uv: vec2f) -> vec2f {
  return vec2f(tableFloat(material + 7u), tableFloat(material + 8u));
}
`;

/** Bilinear by hand, as glTF's samplers say; sRGB is decoded a texel at a time, before the interpolation. */
export const TEXTURES = (texels: number) => /* wgsl */ `
@group(0) @binding(7) var<storage, read> texels: array<u32, ${texels}>;

fn wrapped(i: i32, size: i32, mode: u32) -> i32 {
  if (mode == 1u) {
    return clamp(i, 0, size - 1);
  }
  if (mode == 2u) {
    let twice = 2 * size;
    let m = ((i % twice) + twice) % twice;
    return select(m, twice - 1 - m, m >= size);
  }
  return ((i % size) + size) % size;
}

struct Footprint {
  // Texels at top left, top right, bottom left, bottom right.
  at: vec4u,
  weight: vec4f,
}

fn footprint(texture: u32, uv: vec2f) -> Footprint {
  let header = TEXTURES_AT + 4u * (texture - 1u);
  let first = tables[header];
  let size = vec2i(i32(tables[header + 1u] & 0xffffu), i32(tables[header + 1u] >> 16u));
  let flags = tables[header + 2u];
  let nearest = (flags & 16u) != 0u;
  let point = uv * vec2f(size) - select(vec2f(0.5), vec2f(0.0), nearest);
  let corner = floor(point);
  let f = select(point - corner, vec2f(0.0), nearest);
  let i = vec2i(corner);
  let x0 = u32(wrapped(i.x, size.x, flags & 3u));
  let x1 = u32(wrapped(i.x + 1, size.x, flags & 3u));
  let row0 = first + u32(wrapped(i.y, size.y, (flags >> 2u) & 3u) * size.x);
  let row1 = first + u32(wrapped(i.y + 1, size.y, (flags >> 2u) & 3u) * size.x);
  let g = 1.0 - f;
  return Footprint(vec4u(row0 + x0, row0 + x1, row1 + x0, row1 + x1), vec4f(g.x * g.y, f.x * g.y, g.x * f.y, f.x * f.y));
}

fn decoded(texel: u32) -> vec3f {
  return vec3f(tableFloat(texel & 255u), tableFloat((texel >> 8u) & 255u), tableFloat((texel >> 16u) & 255u));
}

fn colour(texture: u32, uv: vec2f) -> vec3f {
  let f = footprint(texture, uv);
  return decoded(texels[f.at.x]) * f.weight.x + decoded(texels[f.at.y]) * f.weight.y
    + decoded(texels[f.at.z]) * f.weight.z + decoded(texels[f.at.w]) * f.weight.w;
}

// One linear channel, 0 to 3.
fn channel(f: Footprint, shift: u32) -> f32 {
  let words = vec4u(texels[f.at.x], texels[f.at.y], texels[f.at.z], texels[f.at.w]);
  return dot(vec4f((words >> vec4u(shift)) & vec4u(255u)), f.weight) * (1.0 / 255.0);
}

fn baseColor(material: u32, uv: vec2f) -> vec3f {
  let factor = vec3f(tableFloat(material), tableFloat(material + 1u), tableFloat(material + 2u));
  let texture = tables[material + 10u];
  if (texture == 0u) {
    return factor;
  }
  return factor * colour(texture, uv);
}

fn alphaOf(material: u32, uv: vec2f) -> f32 {
  let texture = tables[material + 10u];
  if (texture == 0u) {
    return tableFloat(material + 3u);
  }
  return tableFloat(material + 3u) * channel(footprint(texture, uv), 24u);
}

fn emission(material: u32, uv: vec2f) -> vec3f {
  let factor = vec3f(tableFloat(material + 4u), tableFloat(material + 5u), tableFloat(material + 6u));
  let texture = tables[material + 12u];
  if (texture == 0u) {
    return factor;
  }
  return factor * colour(texture, uv);
}

fn metallicRoughness(material: u32, uv: vec2f) -> vec2f {
  let factor = vec2f(tableFloat(material + 7u), tableFloat(material + 8u));
  let texture = tables[material + 11u];
  if (texture == 0u) {
    return factor;
  }
  let f = footprint(texture, uv);
  return factor * vec2f(channel(f, 16u), channel(f, 8u));
}
`;
