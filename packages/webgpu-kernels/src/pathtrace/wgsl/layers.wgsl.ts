import { type Feature, MATERIAL as M, VOLUME } from '../layout.js';
import { CLEARCOAT_MAP } from './normal-map.wgsl.js';

/**
 * glTF's layers over the metallic-roughness base. At each hit one layer is chosen by chance, and stands for all: a coat or
 * a sheen with about its share of the light, divided by the chance; what is under it gets what the layer's albedo leaves
 * (not reciprocal, but nothing is lost). Thus a program evaluates one lobe, whatever a material is made of.
 */
export function layers(
  features: readonly Feature[],
  offsets: { readonly sheen: number; readonly glasses: number },
  sides: Sides,
): string {
  const has = (feature: Feature) => features.includes(feature);
  return [
    INPUTS(has('specular'), has('iridescence')),
    has('iridescence') ? IRIDESCENCE : '',
    has('sheen') ? SHEEN(offsets.sheen, sides) : '',
    has('transmission') ? TRANSMISSION(offsets.glasses, sides.glass) : '',
    hasLobes(features) ? LOBES(has('sheen'), has('transmission')) : '',
    hasLayers(features) ? CHOICE(features) : PLAIN,
  ].join('\n');
}

interface Sides {
  readonly sheen: number;
  readonly leastSheen: number;
  readonly glass: number;
}

export function hasLobes(features: readonly Feature[]): boolean {
  return features.includes('sheen') || features.includes('transmission');
}

function hasLayers(features: readonly Feature[]): boolean {
  return hasLobes(features) || features.includes('clearcoat');
}

/** What the base is at a hit. KHR_materials_ior, _specular and _iridescence change its reflectances. */
const INPUTS = (specular: boolean, iridescence: boolean) => /* wgsl */ `
fn inputsAt(material: u32, hit: Hit, cosine: f32) -> Inputs {
  let mr = metallicRoughness(material, hit.place);
  var in: Inputs;
  in.colour = baseColor(material, hit.place, hit.triangle, hit.u, hit.v);
  in.metallic = mr.x;
  in.roughness = mr.y;
${
  specular
    ? `  let ior = tableFloat(material + ${M.ior}u);
  let ratio = (ior - 1.0) / (ior + 1.0);
  in.f90 = specularFactor(material, hit.place);
  in.f0 = least3(specularColor(material, hit.place) * (ratio * ratio), vec3f(1.0)) * in.f90;`
    : `  in.f90 = 1.0;
  in.f0 = vec3f(0.04);`
}
${
  iridescence
    ? `  let share = iridescenceFactor(material, hit.place);
  if (share > 0.0) {
    let nanometres = filmThickness(material, hit.place);
    let filmIor = tableFloat(material + ${M.iridescenceIor}u);
    in.f0 = mix(in.f0, filmReflectance(filmIor, nanometres, cosine, in.f0) * in.f90, share);
    in.colour = mix(in.colour, filmReflectance(filmIor, nanometres, cosine, in.colour), share * in.metallic);
  }`
    : ''
}
  return in;
}
`;

/**
 * A thin film on the surface (Belcour and Barla, "A practical extension to microfacet theory for the modeling of varying
 * iridescence", 2017), as the extension has it: the reflectance for the direction of view, turned back into one at normal
 * incidence for Schlick's term.
 */
const IRIDESCENCE = /* wgsl */ `
// The spectrum's response to a phase, as RGB (Gaussian fits of the CIE curves).
fn filmSensitivity(difference: f32, shift: vec3f) -> vec3f {
  let phase = 2.0 * PI * difference * 1e-9;
  let height = vec3f(5.4856e-13, 4.4201e-13, 5.2481e-13);
  let place = vec3f(1.6810e6, 1.7953e6, 2.2084e6);
  let spread = vec3f(4.3278e9, 9.3046e9, 6.6121e9);
  var xyz = height * sqrt(2.0 * PI * spread) * cos(place * phase + shift) * exp(-phase * phase * spread);
  xyz.x += 9.7470e-14 * sqrt(2.0 * PI * 4.5282e9) * cos(2.2399e6 * phase + shift.x) * exp(-4.5282e9 * phase * phase);
  xyz = xyz / 1.0685e-7;
  return vec3f(
    dot(xyz, vec3f(3.2404542, -1.5371385, -0.4985314)),
    dot(xyz, vec3f(-0.9692660, 1.8760108, 0.0415560)),
    dot(xyz, vec3f(0.0556434, -0.2040259, 1.0572252)),
  );
}

fn schlick(f0: vec3f, cosine: f32) -> vec3f {
  let grazing = 1.0 - within(cosine, 0.0, 1.0);
  let squared = grazing * grazing;
  return f0 + (1.0 - f0) * (squared * squared * grazing);
}

fn filmReflectance(filmIor: f32, nanometres: f32, cosine: f32, f0: vec3f) -> vec3f {
  // A film that vanishes becomes air.
  let fade = within(nanometres / 30.0, 0.0, 1.0);
  let ior = mix(1.0, filmIor, fade * fade * (3.0 - 2.0 * fade));
  let inside = 1.0 - (1.0 - cosine * cosine) / (ior * ior);
  if (inside <= 0.0) {
    return vec3f(1.0);
  }
  let cosineInside = sqrt(inside);
  let ratio = (ior - 1.0) / (ior + 1.0);
  let top = schlick(vec3f(ratio * ratio), cosine).x;
  let through = 1.0 - top;
  // The base's index of refraction from its reflectance.
  let root = sqrt(within3(f0, vec3f(0.0), vec3f(0.9999)));
  let baseIor = (1.0 + root) / (1.0 - root);
  let baseRatio = (baseIor - ior) / (baseIor + ior);
  let bottom = schlick(baseRatio * baseRatio, cosineInside);
  // Half a wave at the film's lower side seen from within, and at the base where it is the thinner medium.
  let shift = PI + select(vec3f(0.0), vec3f(PI), baseIor < vec3f(ior));
  let difference = 2.0 * ior * nanometres * cosineInside;
  let both = within3(top * bottom, vec3f(1e-5), vec3f(0.9999));
  let amplitude = sqrt(both);
  let series = through * through * bottom / (1.0 - both);
  var colour = vec3f(top) + series;
  var term = series - through;
  for (var m = 1; m <= 2; m++) {
    term *= amplitude;
    colour += term * 2.0 * filmSensitivity(f32(m) * difference, f32(m) * shift);
  }
  let reflected = within3(colour, vec3f(0.0), vec3f(1.0));
  let grazing = 1.0 - within(cosine, 0.0, 1.0);
  let squared = grazing * grazing;
  let weight = within(squared * squared * grazing, 0.0, 0.9999);
  return within3((reflected - weight) / (1.0 - weight), vec3f(0.0), vec3f(1.0));
}
`;

/** The lobe of KHR_materials_sheen; formulas and sources stand in ../sheen.ts. */
const SHEEN = (tableAt: number, { sheen, leastSheen }: Sides) => /* wgsl */ `
const LEAST_SHEEN = ${leastSheen};

fn sheenFit(x: f32, alpha: f32) -> f32 {
  let t = (1.0 - alpha) * (1.0 - alpha);
  let a = mix(21.5473, 25.3245, t);
  let b = mix(3.82987, 3.32435, t);
  let c = mix(0.19823, 0.16801, t);
  let d = mix(-1.9776, -1.27393, t);
  let e = mix(-4.32054, -4.85967, t);
  return a / (1.0 + b * pow(x, c)) + d * x + e;
}

fn sheenLambda(cosine: f32, alpha: f32) -> f32 {
  if (cosine < 0.5) {
    return exp(sheenFit(cosine, alpha));
  }
  return exp(2.0 * sheenFit(0.5, alpha) - sheenFit(most(1.0 - cosine, 0.0), alpha));
}

fn sheenAlbedo(cosine: f32, roughness: f32) -> f32 {
  let last = ${sheen - 1}.0;
  let x = sqrt(within(cosine, 0.0, 1.0)) * last;
  let y = within((roughness - ${leastSheen}) / ${1 - leastSheen}, 0.0, 1.0) * last;
  let i = min(u32(x), ${sheen - 2}u);
  let j = min(u32(y), ${sheen - 2}u);
  let at = ${tableAt}u + ${sheen}u * j + i;
  let low = mix(tableFloat(at), tableFloat(at + 1u), x - f32(i));
  let high = mix(tableFloat(at + ${sheen}u), tableFloat(at + ${sheen + 1}u), x - f32(i));
  return mix(low, high, y - f32(j));
}

fn evaluateSheen(s: Surface, wo: vec3f, wi: vec3f) -> vec4f {
  if (!(wi.z > 0.0) || !(wo.z > 0.0)) {
    return vec4f(0.0);
  }
  let h = direction(wo + wi, vec3f(0.0, 0.0, 1.0));
  let sine = sqrt(most(1.0 - h.z * h.z, 0.0));
  let d = (2.0 + 1.0 / s.alpha) * pow(sine, 1.0 / s.alpha) / (2.0 * PI);
  let masked = 1.0 + sheenLambda(wo.z, s.alpha) + sheenLambda(wi.z, s.alpha);
  return vec4f(vec3f(d / (masked * 4.0 * wo.z)), wi.z / PI);
}
`;

/**
 * KHR_materials_transmission: a thin wall lets light through without bending it, as rough as it reflects; with
 * KHR_materials_volume, glass refracts (Walter et al. 2007; see ../glass.ts). The light that passes takes the base colour.
 */
const TRANSMISSION = (glassesAt: number, side: number) => /* wgsl */ `
// What of the light that meets a rough glass once goes on; see ../glass.ts.
fn glassAlbedo(glass: u32, alpha: f32, cosine: f32, outside: bool) -> f32 {
  let last = ${side - 1}.0;
  let x = sqrt(within(cosine, 0.0, 1.0)) * last;
  let y = sqrt(alpha) * last;
  let i = min(u32(x), ${side - 2}u);
  let j = min(u32(y), ${side - 2}u);
  let at = ${glassesAt}u + ${2 * side * side}u * glass + select(${side * side}u, 0u, outside) + ${side}u * j + i;
  let low = mix(tableFloat(at), tableFloat(at + 1u), x - f32(i));
  let high = mix(tableFloat(at + ${side}u), tableFloat(at + ${side + 1}u), x - f32(i));
  return mix(low, high, y - f32(j));
}

fn dielectricFresnel(cosine: f32, eta: f32) -> f32 {
  let under = 1.0 - eta * eta * (1.0 - cosine * cosine);
  if (under <= 0.0) {
    return 1.0;
  }
  let beyond = sqrt(under);
  let s = (eta * cosine - beyond) / (eta * cosine + beyond);
  let p = (cosine - eta * beyond) / (cosine + eta * beyond);
  return 0.5 * (s * s + p * p);
}

// Of a thin wall, what goes through.
fn evaluateThrough(s: Surface, wo: vec3f, wi: vec3f) -> vec4f {
  if (!(wo.z > 0.0) || !(wi.z < 0.0)) {
    return vec4f(0.0);
  }
  let mirrored = vec3f(wi.xy, -wi.z);
  let h = direction(wo + mirrored, vec3f(0.0, 0.0, 1.0));
  let out = maskingLambda(s.alpha, wo.z);
  let peak = facets(s.alpha, h) / (4.0 * wo.z);
  let lobe = peak / (1.0 + out + maskingLambda(s.alpha, mirrored.z));
  return vec4f(s.diffuse * (s.leftOut / most(1.0 - s.lostOut, 1e-3) * lobe), (1.0 - s.glossy) * peak / (1.0 + out));
}

fn evaluateGlass(s: Surface, wo: vec3f, wi: vec3f) -> vec4f {
  if (!(wo.z > 0.0) || wi.z == 0.0) {
    return vec4f(0.0);
  }
  let reflects = wi.z > 0.0;
  var h = direction(select(-(s.eta * wo + wi), wo + wi, reflects), vec3f(0.0, 0.0, 1.0));
  h *= select(-1.0, 1.0, h.z > 0.0);
  let cosineOut = dot(wo, h);
  let cosineIn = dot(wi, h);
  if (!(cosineOut > 0.0) || reflects != (cosineIn > 0.0)) {
    return vec4f(0.0);
  }
  let fresnel = dielectricFresnel(cosineOut, s.eta);
  let out = maskingLambda(s.alpha, wo.z);
  let masked = 1.0 / (1.0 + out + maskingLambda(s.alpha, abs(wi.z)));
  let d = facets(s.alpha, h) / wo.z;
  if (reflects) {
    let lobe = fresnel * d / 4.0;
    return vec4f(vec3f(lobe * masked * s.wide.x), lobe / (1.0 + out));
  }
  let bent = s.eta * cosineOut + cosineIn;
  let lobe = (1.0 - fresnel) * d * cosineOut * abs(cosineIn) / most(bent * bent, 1e-12);
  return vec4f(s.diffuse * (lobe * masked * s.wide.x), lobe / (1.0 + out));
}

fn sampleGlass(s: Surface, wo: vec3f, u: vec3f) -> vec3f {
  let h = visibleFacet(s.alpha, wo, u.xy);
  let cosine = within(dot(wo, h), 0.0, 1.0);
  let reflects = u.z < dielectricFresnel(cosine, s.eta);
  let beyond = sqrt(most(1.0 - s.eta * s.eta * (1.0 - cosine * cosine), 0.0));
  let refracted = direction((s.eta * cosine - beyond) * h - s.eta * wo, -wo);
  let wi = select(refracted, 2.0 * cosine * h - wo, reflects);
  // Reflected into the surface, or refracted out of it: shadowed by the facets, and lost.
  return select(vec3f(0.0), wi, (wi.z > 0.0) == reflects);
}

// The base turned into what lets light through.
fn transmitting(material: u32, in: Inputs, cosine: f32, outside: bool) -> Surface {
  let ior = tableFloat(material + ${M.ior}u);
  var s = surfaceOf(Inputs(in.colour, 0.0, in.f0, in.f90, in.roughness), cosine);
  s.kind = THIN;
  // Between like and like nothing bends: a volume of such an index absorbs, and that is all.
  if ((tables[material + ${M.flags}u] & ${VOLUME}u) != 0u && ior > 1.01) {
    s.kind = GLASS;
    s.eta = select(ior, 1.0 / ior, outside);
    s.wide = vec3f(1.0 / glassAlbedo(tables[material + ${M.glass}u], s.alpha, cosine, outside));
  }
  return s;
}
`;

const LOBES = (sheen: boolean, transmission: boolean) => /* wgsl */ `
fn evaluateLobe(s: Surface, wo: vec3f, wi: vec3f) -> vec4f {
${sheen ? '  if (s.kind == SHEEN) { return evaluateSheen(s, wo, wi); }' : ''}
${
  transmission
    ? `  if (s.kind == GLASS) {
    return evaluateGlass(s, wo, wi);
  }
  return evaluateThrough(s, wo, wi);`
    : '  return vec4f(0.0);'
}
}

fn sampleLobe(s: Surface, wo: vec3f, u: vec3f) -> vec3f {
${sheen ? '  if (s.kind == SHEEN) { return cosineDirection(u.xy); }' : ''}
${transmission ? '  if (s.kind == GLASS) { return sampleGlass(s, wo, u); }' : ''}
  let h = visibleFacet(s.alpha, wo, u.xy);
  let reflected = 2.0 * dot(wo, h) * h - wo;
  // A thin wall: what goes through is what would have been reflected, on the other side.
  let wi = select(vec3f(reflected.xy, -reflected.z), reflected, u.z < s.glossy);
  return select(vec3f(0.0), wi, reflected.z > 0.0);
}
`;

const LAYER = /* wgsl */ `
// The layer that stands for the surface, its frame, and what its light is worth.
struct Layer {
  surface: Surface,
  frame: Frame,
  weight: vec3f,
}
`;

const PLAIN = /* wgsl */ `${LAYER}
fn layerAt(material: u32, hit: Hit, wo: vec3f, chance: f32) -> Layer {
  let frame = frameOf(hit.normal);
  let cosine = dot(hit.normal, wo);
  return Layer(surfaceOf(inputsAt(material, hit, cosine), cosine), frame, vec3f(1.0));
}
`;

function CHOICE(features: readonly Feature[]): string {
  const has = (feature: Feature) => features.includes(feature);
  return /* wgsl */ `${LAYER}
// A random number that fell below q, or not, used again.
fn reused(u: f32, q: f32) -> f32 {
  return within(select((u - q) / most(1.0 - q, TINY), u / most(q, TINY), u < q), 0.0, 0.99999994);
}

// Dim layers are chosen more often than their share, for they may mirror something bright.
fn chanceOf(share: f32) -> f32 {
  return select(0.0, within(share, 0.2, 0.9), share > 1e-5);
}

fn layerAt(material: u32, hit: Hit, wo: vec3f, chance: f32) -> Layer {
  var u = chance;
  var weight = vec3f(1.0);
${has('clearcoat') ? COAT(has('normalMaps')) : ''}
  let cosine = dot(hit.normal, wo);
${has('sheen') ? SHEEN_CHOICE : ''}
  var in = inputsAt(material, hit, cosine);
${
  has('transmission')
    ? `  let through = transmissionFactor(material, hit.place) * (1.0 - in.metallic);
  if (u < through) {
    return Layer(transmitting(material, in, cosine, hit.side > 0.0), frameOf(hit.normal), weight);
  }
  in.metallic = within(in.metallic / most(1.0 - through, TINY), 0.0, 1.0);`
    : ''
}
  return Layer(surfaceOf(in, cosine), frameOf(hit.normal), weight);
}
`;
}

/** KHR_materials_clearcoat: a dielectric (F0 = 0.04) with a roughness and a normal of its own. */
const COAT = (maps: boolean) => /* wgsl */ `
  let coat = clearcoatFactor(material, hit.place);
  if (coat > 0.0) {
    var normal = hit.smoothNormal;
${
  maps
    ? `    let map = tables[material + ${CLEARCOAT_MAP.texture}u];
    if (map != 0u) {
      let strength = tableFloat(material + ${CLEARCOAT_MAP.scale}u);
      normal = visible(bentNormal(hit, map, strength), wo, hit.normal);
    }`
    : ''
}
    let cosine = dot(normal, wo);
    let alpha = alphaFrom(clearcoatRoughness(material, hit.place));
    let row = albedoRow(alpha);
    let ab = albedo(row, cosine);
    let share = coat * (0.04 * ab.x + ab.y);
    let q = chanceOf(share);
    if (u < q) {
      var s: Surface;
      s.kind = BASE;
      s.f0 = vec3f(0.04);
      s.f90 = 1.0;
      s.alpha = alpha;
      s.row = row;
      s.glossy = 1.0;
      return Layer(s, frameOf(normal), weight * (coat / q));
    }
    weight *= (1.0 - share) / (1.0 - q);
    u = reused(u, q);
  }`;

const SHEEN_CHOICE = /* wgsl */ `
  let fuzz = sheenColor(material, hit.place);
  if (largest(fuzz) > 0.0) {
    let roughness = within(sheenRoughness(material, hit.place), LEAST_SHEEN, 1.0);
    let share = largest(fuzz) * sheenAlbedo(cosine, roughness);
    let q = chanceOf(share);
    if (u < q) {
      var s: Surface;
      s.kind = SHEEN;
      s.alpha = roughness * roughness;
      return Layer(s, frameOf(hit.normal), weight * fuzz / q);
    }
    weight *= (1.0 - share) / (1.0 - q);
    u = reused(u, q);
  }`;
