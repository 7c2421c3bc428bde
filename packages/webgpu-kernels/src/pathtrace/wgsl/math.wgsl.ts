/** The same for numbers and for vectors, component by component. */
const EXTREMES = (suffix: string, type: string) => `
fn least${suffix}(a: ${type}, b: ${type}) -> ${type} {
  return select(b, a, a < b);
}

fn most${suffix}(a: ${type}, b: ${type}) -> ${type} {
  return select(b, a, a > b);
}

fn within${suffix}(x: ${type}, low: ${type}, high: ${type}) -> ${type} {
  return least${suffix}(most${suffix}(x, low), high);
}
`;

/**
 * Small mathematics. Trigonometry is by polynomials of our own: WGSL's built-in functions may err by 2^-11 and do differ
 * between GPUs, products and sums hardly. Sine and cosine: Taylor on an eighth of a turn; arc tangent: Abramowitz and
 * Stegun 4.4.49 (error below 2e-8).
 */
export const MATH = /* wgsl */ `
const PI = 3.14159265358979;
const TINY = 1e-30;

// Cosine and sine of a fraction of a turn in 0 … 1.
fn turn(fraction: f32) -> vec2f {
  let eighths = floor(fraction * 4.0 + 0.5);
  let x = (fraction - 0.25 * eighths) * (2.0 * PI);
  let y = x * x;
  let s = x * (1.0 + y * (-1.66666667e-1 + y * (8.33333333e-3 + y * (-1.98412698e-4 + y * 2.75573192e-6))));
  let c = 1.0 + y * (-0.5 + y * (4.16666667e-2 + y * (-1.38888889e-3 + y * (2.48015873e-5 - y * 2.75573192e-7))));
  let quarter = i32(eighths) & 3;
  let swapped = (quarter & 1) == 1;
  let a = select(c, s, swapped);
  let b = select(s, c, swapped);
  return vec2f(select(a, -a, (quarter == 1) | (quarter == 2)), select(b, -b, quarter >= 2));
}

// Angle of (x, y) in −π … π.
fn angle(y: f32, x: f32) -> f32 {
  let small = least(abs(x), abs(y));
  let large = most(most(abs(x), abs(y)), TINY);
  let q = small / large;
  let p = q * q;
  var a = 1.0 + p * (-0.3333314528 + p * (0.1999355085 + p * (-0.1420889944 + p * (0.1065626393
    + p * (-0.0752896400 + p * (0.0429096138 + p * (-0.0161657367 + p * 0.0028662257)))))));
  a *= q;
  a = select(a, 0.5 * PI - a, abs(y) > abs(x));
  a = select(a, PI - a, x < 0.0);
  return select(a, -a, y < 0.0);
}

// Minima and maxima of numbers, the second one where the first is NaN: the built-in functions look after NaN on either side,
// which takes a software GPU some forty instructions.
${EXTREMES('', 'f32')}${EXTREMES('3', 'vec3f')}
fn largest(v: vec3f) -> f32 {
  return most(v.x, most(v.y, v.z));
}

fn luminance(rgb: vec3f) -> f32 {
  return dot(rgb, vec3f(0.2126, 0.7152, 0.0722));
}

// Unit vector along v, or the other one where v has no length; scaled first, for squares of tiny numbers vanish.
fn direction(v: vec3f, otherwise: vec3f) -> vec3f {
  let scale = largest(abs(v));
  let usable = (scale > TINY) & (scale <= 1e30);
  let w = v * (1.0 / select(1.0, scale, usable));
  return select(otherwise, w * (1.0 / sqrt(dot(w, w))), usable);
}

// Whether a number is neither infinite nor NaN: by its bits, for compilers may assume that NaN does not exist.
fn isNumber(x: f32) -> bool {
  return (bitcast<u32>(x) & 0x7f800000u) != 0x7f800000u;
}

fn areNumbers(v: vec3f) -> bool {
  return isNumber(v.x) & isNumber(v.y) & isNumber(v.z);
}

// Two unit vectors that make a right-handed frame with n (Duff et al., "Building an orthonormal basis, revisited", 2017).
struct Frame {
  tangent: vec3f,
  bitangent: vec3f,
  normal: vec3f,
}

fn frameOf(n: vec3f) -> Frame {
  let s = select(-1.0, 1.0, n.z >= 0.0);
  let a = -1.0 / (s + n.z);
  let b = n.x * n.y * a;
  return Frame(vec3f(1.0 + s * n.x * n.x * a, s * b, -s * n.x), vec3f(b, s + n.y * n.y * a, -n.y), n);
}

fn toWorld(f: Frame, v: vec3f) -> vec3f {
  return f.tangent * v.x + f.bitangent * v.y + f.normal * v.z;
}

fn toLocal(f: Frame, v: vec3f) -> vec3f {
  return vec3f(dot(f.tangent, v), dot(f.bitangent, v), dot(f.normal, v));
}

// Weight of the strategy with density a against the one with density b (Veach's power heuristic, exponent 2).
fn powerHeuristic(a: f32, b: f32) -> f32 {
  let ratio = b / most(a, TINY);
  return 1.0 / (1.0 + ratio * ratio);
}
`;
