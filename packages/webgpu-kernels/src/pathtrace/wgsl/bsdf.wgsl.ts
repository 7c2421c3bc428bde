/**
 * glTF's metallic-roughness surface, energy-conserving: a GGX lobe with height-correlated Smith masking and Schlick's
 * Fresnel term, and under it one cosine-shaped lobe that holds what the surface scatters more than once (Kulla and Conty
 * 2017) and the diffuse base, which gets what the specular part of a dielectric (F0 = 0.04) leaves. Metal and dielectric
 * mix linearly, as glTF 2.0 appendix B has it. White at every roughness stays white. Reciprocal.
 *
 * The specular lobe is sampled by its visible normals (Dupuy and Benyoub 2023). All directions are in the frame of the
 * shading normal, z up, and point away from the surface.
 */
export const BSDF = (minAlpha: number) => /* wgsl */ `
const DIELECTRIC = 0.04;
const MIN_ALPHA = ${minAlpha};
const FRESNEL_MEAN = 1.0 / 21.0;

struct Surface {
  f0: vec3f,
  alpha: f32,
  diffuse: vec3f,
  // Row of the albedo table, with its fraction.
  row: f32,
  // What the specular lobe does not send back at once, for wo: the multiple-scattering lobe's share.
  lostOut: f32,
  // What a dielectric's specular part leaves for its base, for wo.
  leftOut: f32,
  // ms ÷ (1 − mean albedo), colour included.
  wide: vec3f,
  // 1 ÷ mean of what is left.
  base: f32,
  dielectricWide: f32,
  // Chance of sampling the specular lobe.
  glossy: f32,
}

fn albedoCell(row: u32, column: u32) -> vec2f {
  let at = ALBEDO_AT + 2u * (row * ALBEDO_SIDE + column);
  return vec2f(tableFloat(at), tableFloat(at + 1u));
}

// A and B of the specular albedo F0·A + B for a direction with this cosine.
fn albedo(row: f32, cosine: f32) -> vec2f {
  let last = f32(ALBEDO_SIDE - 1u);
  let x = sqrt(clamp(cosine, 0.0, 1.0)) * last;
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

// Share of the light scattered more than once that a coloured interface lets out in the end.
fn repeated(f0: vec3f, mean: f32) -> vec3f {
  let fresnel = f0 + (1.0 - f0) * FRESNEL_MEAN;
  return fresnel * fresnel * mean / (1.0 - fresnel * (1.0 - mean));
}

fn surfaceOf(colour: vec3f, metallic: f32, roughness: f32, cosine: f32) -> Surface {
  var s: Surface;
  s.alpha = max(roughness * roughness, MIN_ALPHA);
  s.row = sqrt(s.alpha) * f32(ALBEDO_SIDE - 1u);
  s.f0 = mix(vec3f(DIELECTRIC), colour, metallic);
  s.diffuse = colour * (1.0 - metallic);
  let out = albedo(s.row, cosine);
  let mean = meanAlbedo(s.row);
  let meanBoth = mean.x + mean.y;
  let spared = 1.0 / max(1.0 - meanBoth, 1e-6);
  let dielectric = repeated(vec3f(DIELECTRIC), meanBoth).x;
  s.lostOut = max(1.0 - out.x - out.y, 0.0);
  s.dielectricWide = dielectric;
  s.wide = mix(vec3f(dielectric), repeated(colour, meanBoth), metallic) * spared;
  s.leftOut = left(out, dielectric);
  s.base = 1.0 / max(left(mean, dielectric), 1e-6);
  let glossyWeight = luminance(s.f0 * out.x + out.y);
  let wideWeight = luminance(s.wide) * s.lostOut * (1.0 - meanBoth) + luminance(s.diffuse) * s.leftOut;
  s.glossy = glossyWeight / max(glossyWeight + wideWeight, TINY);
  // Schlick's term is large at grazing angles even where the lobe as a whole is dim: a rare choice would weigh a lot.
  if (wideWeight > 1e-4) {
    s.glossy = clamp(s.glossy, 0.25, 0.9);
  }
  return s;
}

// What the specular part of a dielectric does not send back.
fn left(ab: vec2f, dielectricWide: f32) -> f32 {
  return max(1.0 - DIELECTRIC * ab.x - ab.y - dielectricWide * (1.0 - ab.x - ab.y), 0.0);
}

fn maskingLambda(alpha: f32, cosine: f32) -> f32 {
  let squared = max(cosine * cosine, 1e-12);
  return 0.5 * (sqrt(1.0 + alpha * alpha * max(1.0 / squared - 1.0, 0.0)) - 1.0);
}

// rgb: scattering × cosine of wi; w: density of wi per solid angle. Zero below the horizon.
fn evaluate(s: Surface, wo: vec3f, wi: vec3f) -> vec4f {
  if (!(wi.z > 0.0) || !(wo.z > 0.0)) {
    return vec4f(0.0);
  }
  let h = direction(wo + wi, vec3f(0.0, 0.0, 1.0));
  let k = (h.x * h.x + h.y * h.y) / (s.alpha * s.alpha) + h.z * h.z;
  let d = 1.0 / (PI * s.alpha * s.alpha * k * k);
  let out = maskingLambda(s.alpha, wo.z);
  let peak = d / (4.0 * wo.z);
  let grazing = 1.0 - clamp(dot(wo, h), 0.0, 1.0);
  let grazing2 = grazing * grazing;
  let fresnel = s.f0 + (1.0 - s.f0) * (grazing2 * grazing2 * grazing);
  let specular = fresnel * (peak / (1.0 + out + maskingLambda(s.alpha, wi.z)));
  let ab = albedo(s.row, wi.z);
  let wide = s.wide * (s.lostOut * max(1.0 - ab.x - ab.y, 0.0));
  let base = s.diffuse * (s.leftOut * left(ab, s.dielectricWide) * s.base);
  let cosine = wi.z / PI;
  return vec4f(specular + (wide + base) * cosine, mix(cosine, peak / (1.0 + out), s.glossy));
}

fn sampleDirection(s: Surface, wo: vec3f, u: vec3f) -> vec3f {
  let cs = turn(u.x);
  if (u.z >= s.glossy) {
    let radius = sqrt(u.y);
    return vec3f(radius * cs, sqrt(max(1.0 - u.y, 0.0)));
  }
  let stretched = direction(vec3f(wo.xy * s.alpha, wo.z), vec3f(0.0, 0.0, 1.0));
  let z = (1.0 - u.y) * (1.0 + stretched.z) - stretched.z;
  let radius = sqrt(clamp(1.0 - z * z, 0.0, 1.0));
  let half = vec3f(radius * cs, z) + stretched;
  let h = direction(vec3f(half.xy * s.alpha, max(half.z, 0.0)), vec3f(0.0, 0.0, 1.0));
  return 2.0 * dot(wo, h) * h - wo;
}
`;
