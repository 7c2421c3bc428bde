/**
 * glTF's metallic-roughness surface, energy-conserving: a GGX lobe with height-correlated Smith masking and Schlick's
 * Fresnel term, and under it one cosine-shaped lobe that holds what the surface scatters more than once (Kulla and Conty
 * 2017) and the diffuse base, which gets what the specular part of a dielectric leaves. Metal and dielectric mix linearly,
 * as glTF 2.0 appendix B has it. White at every roughness stays white. Reciprocal.
 *
 * The specular lobe is sampled by its visible normals (Dupuy and Benyoub 2023). All directions are in the frame of the
 * shading normal, z up, and point away from the surface.
 *
 * @param lobes whether surfaces of other kinds exist (layers.wgsl): sheen, thin walls and glass
 */
export const BSDF = (minAlpha: number, lobes: boolean) => /* wgsl */ `
const MIN_ALPHA = ${minAlpha};
const FRESNEL_MEAN = 1.0 / 21.0;
// Kinds of surface.
const BASE = 0u;
const SHEEN = 1u;
const THIN = 2u;
const GLASS = 3u;

struct Surface {
  f0: vec3f,
  alpha: f32,
  diffuse: vec3f,
  // Row of the albedo table, with its fraction.
  row: f32,
  // Share of the multiple-scattering lobe, colour included: ms ÷ (1 − mean albedo).
  wide: vec3f,
  // Reflectance at grazing angles.
  f90: f32,
  // What the specular lobe does not send back at once, for wo: the multiple-scattering lobe's share.
  lostOut: f32,
  // What a dielectric's specular part leaves for its base, for wo.
  leftOut: f32,
  // 1 ÷ mean of what is left.
  base: f32,
  dielectric: Dielectric,
  // Chance of sampling the specular lobe.
  glossy: f32,
  kind: u32,
  // Index of refraction on this side ÷ beyond.
  eta: f32,
}

// The specular part over a diffuse base: reflectances, and the multiple-scattering lobe's.
struct Dielectric {
  f0: f32,
  f90: f32,
  wide: f32,
}

// What a material says of its base at a point.
struct Inputs {
  colour: vec3f,
  metallic: f32,
  // Reflectances of the dielectric straight on and at grazing angles.
  f0: vec3f,
  f90: f32,
  roughness: f32,
}

fn albedoCell(row: u32, column: u32) -> vec2f {
  let at = ALBEDO_AT + 2u * (row * ALBEDO_SIDE + column);
  return vec2f(tableFloat(at), tableFloat(at + 1u));
}

// A and B of the specular albedo F0·A + F90·B for a direction with this cosine.
fn albedo(row: f32, cosine: f32) -> vec2f {
  let last = f32(ALBEDO_SIDE - 1u);
  let x = sqrt(within(cosine, 0.0, 1.0)) * last;
  let i = min(u32(x), ALBEDO_SIDE - 2u);
  let j = min(u32(row), ALBEDO_SIDE - 2u);
  let fx = x - f32(i);
  let fy = row - f32(j);
  return mix(
    mix(albedoCell(j, i), albedoCell(j, i + 1u), fx),
    mix(albedoCell(j + 1u, i), albedoCell(j + 1u, i + 1u), fx),
    fy,
  );
}

fn meanAlbedo(row: f32) -> vec2f {
  let j = min(u32(row), ALBEDO_SIDE - 2u);
  let at = ALBEDO_AT + 2u * (ALBEDO_SIDE * ALBEDO_SIDE + j);
  let low = vec2f(tableFloat(at), tableFloat(at + 1u));
  let high = vec2f(tableFloat(at + 2u), tableFloat(at + 3u));
  return mix(low, high, row - f32(j));
}

fn albedoRow(alpha: f32) -> f32 {
  return sqrt(alpha) * f32(ALBEDO_SIDE - 1u);
}

fn alphaFrom(roughness: f32) -> f32 {
  return most(roughness * roughness, MIN_ALPHA);
}

// Share of the light scattered more than once that a coloured interface lets out in the end.
fn repeated(f0: vec3f, f90: f32, mean: f32) -> vec3f {
  let fresnel = f0 + (f90 - f0) * FRESNEL_MEAN;
  return fresnel * fresnel * mean / most3(1.0 - fresnel * (1.0 - mean), vec3f(1e-6));
}

fn surfaceOf(in: Inputs, cosine: f32) -> Surface {
  var s: Surface;
  s.kind = BASE;
  s.alpha = alphaFrom(in.roughness);
  s.row = albedoRow(s.alpha);
  s.f0 = mix(in.f0, in.colour, in.metallic);
  s.f90 = mix(in.f90, 1.0, in.metallic);
  s.diffuse = in.colour * (1.0 - in.metallic);
  let out = albedo(s.row, cosine);
  let mean = meanAlbedo(s.row);
  let meanBoth = mean.x + mean.y;
  let spared = 1.0 / most(1.0 - meanBoth, 1e-6);
  let dielectricWide = repeated(in.f0, in.f90, meanBoth);
  s.dielectric = Dielectric(largest(in.f0), in.f90, largest(dielectricWide));
  s.lostOut = most(1.0 - out.x - out.y, 0.0);
  s.wide = mix(dielectricWide, repeated(in.colour, 1.0, meanBoth), in.metallic) * spared;
  s.leftOut = left(out, s.dielectric);
  s.base = 1.0 / most(left(mean, s.dielectric), 1e-6);
  let glossyWeight = luminance(s.f0 * out.x + s.f90 * out.y);
  let wideWeight = luminance(s.wide) * s.lostOut * (1.0 - meanBoth) + luminance(s.diffuse) * s.leftOut;
  s.glossy = glossyWeight / most(glossyWeight + wideWeight, TINY);
  // Schlick's term is large at grazing angles even where the lobe as a whole is dim: a rare choice would weigh a lot.
  s.glossy = select(s.glossy, within(s.glossy, 0.25, 0.9), wideWeight > 1e-4);
  return s;
}

// What the specular part of a dielectric does not send back.
fn left(ab: vec2f, d: Dielectric) -> f32 {
  return most(1.0 - d.f0 * ab.x - d.f90 * ab.y - d.wide * (1.0 - ab.x - ab.y), 0.0);
}

fn maskingLambda(alpha: f32, cosine: f32) -> f32 {
  let squared = most(cosine * cosine, 1e-12);
  return 0.5 * (sqrt(1.0 + alpha * alpha * most(1.0 / squared - 1.0, 0.0)) - 1.0);
}

// GGX's distribution of facets.
fn facets(alpha: f32, h: vec3f) -> f32 {
  let k = (h.x * h.x + h.y * h.y) / (alpha * alpha) + h.z * h.z;
  return 1.0 / (PI * alpha * alpha * k * k);
}

// rgb: scattering × cosine of wi; w: density of wi per solid angle.
fn evaluate(s: Surface, wo: vec3f, wi: vec3f) -> vec4f {
${
  lobes
    ? `  if ((s.kind != BASE) & ((s.kind != THIN) | (wi.z < 0.0))) {
    return evaluateLobe(s, wo, wi);
  }`
    : ''
}
  let h = direction(wo + wi, vec3f(0.0, 0.0, 1.0));
  let d = facets(s.alpha, h);
  let out = maskingLambda(s.alpha, wo.z);
  let peak = d / (4.0 * wo.z);
  let grazing = 1.0 - within(dot(wo, h), 0.0, 1.0);
  let grazing2 = grazing * grazing;
  let fresnel = s.f0 + (s.f90 - s.f0) * (grazing2 * grazing2 * grazing);
  let specular = fresnel * (peak / (1.0 + out + maskingLambda(s.alpha, wi.z)));
  let ab = albedo(s.row, wi.z);
  let wide = s.wide * (s.lostOut * most(1.0 - ab.x - ab.y, 0.0));
${lobes ? '  let held = select(s.diffuse, vec3f(0.0), s.kind == THIN);' : '  let held = s.diffuse;'}
  let base = held * (s.leftOut * left(ab, s.dielectric) * s.base);
  let cosine = wi.z / PI;
${lobes ? '  let flat = select(cosine, 0.0, s.kind == THIN);' : '  let flat = cosine;'}
  let all = vec4f(specular + (wide + base) * cosine, mix(flat, peak / (1.0 + out), s.glossy));
  // Zero below the horizon.
  return select(vec4f(0.0), all, (wi.z > 0.0) & (wo.z > 0.0));
}

// A facet's normal as it is seen from wo.
fn visibleFacet(alpha: f32, wo: vec3f, u: vec2f) -> vec3f {
  let cs = turn(u.x);
  let stretched = direction(vec3f(wo.xy * alpha, wo.z), vec3f(0.0, 0.0, 1.0));
  let z = (1.0 - u.y) * (1.0 + stretched.z) - stretched.z;
  let radius = sqrt(within(1.0 - z * z, 0.0, 1.0));
  let half = vec3f(radius * cs, z) + stretched;
  return direction(vec3f(half.xy * alpha, most(half.z, 0.0)), vec3f(0.0, 0.0, 1.0));
}

fn cosineDirection(u: vec2f) -> vec3f {
  return vec3f(sqrt(u.y) * turn(u.x), sqrt(most(1.0 - u.y, 0.0)));
}

fn sampleDirection(s: Surface, wo: vec3f, u: vec3f) -> vec3f {
${
  lobes
    ? `  if (s.kind != BASE) {
    return sampleLobe(s, wo, u);
  }`
    : ''
}
  let h = visibleFacet(s.alpha, wo, u.xy);
  return select(2.0 * dot(wo, h) * h - wo, cosineDirection(u.xy), u.z >= s.glossy);
}
`;
