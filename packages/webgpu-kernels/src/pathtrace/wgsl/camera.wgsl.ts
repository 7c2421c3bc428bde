/** How a camera forms its rays. */
export type Projection = 'pinhole' | 'lens' | 'orthographic';

/**
 * The ray of a camera sample. The pixel's filter is a box. A thin lens (Cook, Porter and Carpenter 1984) is a disc of
 * `lensRadius` around the position; what lies at `focusDistance` along the view is sharp.
 */
export const CAMERA = (projection: Projection) => /* wgsl */ `
const FILM_PAIR = 0u;
const LENS_PAIR = 1u;

struct CameraRay {
  origin: vec3f,
  // From the lens to where the ray begins.
  skipped: f32,
  direction: vec3f,
}

fn cameraRay(x: u32, y: u32, sample: u32, pixelSeed: u32) -> CameraRay {
  let size = vec2f(f32(task.filmWidth), f32(task.filmHeight));
  let jitter = unit2(sobolPair(sample, pixelSeed, FILM_PAIR));
  let at = (vec2f(f32(x), f32(y)) + jitter) / size * 2.0 - 1.0;
${FORMS[projection]}
  // From far away the ray begins where it meets the scene's box: nearby coordinates keep more digits.
  let inverse = 1.0 / select(d, select(vec3f(-1e-20), vec3f(1e-20), d >= vec3f(0.0)), abs(d) < vec3f(1e-20));
  let a = (task.boundsLow - origin) * inverse;
  let b = (task.boundsHigh - origin) * inverse;
  let near = least3(a, b);
  let far = most3(a, b);
  let enter = largest(near);
  let leave = least(far.x, least(far.y, far.z));
  let skip = select(0.0, enter * 0.9999, (enter > 0.0) & (enter <= leave));
  return CameraRay(origin + d * skip, skip, d);
}
`;

const FORMS: Record<Projection, string> = {
  pinhole: `
  let origin = task.position;
  let d = direction(task.forward + task.right * at.x - task.up * at.y, task.forward);`,
  lens: `
  let u = unit2(sobolPair(sample, pixelSeed, LENS_PAIR));
  let disc = turn(u.x) * (sqrt(u.y) * task.lensRadius);
  // Right and up are scaled to the film's edges; the lens is round.
  let offset = direction(task.right, vec3f(0.0)) * disc.x + direction(task.up, vec3f(0.0)) * disc.y;
  let origin = task.position + offset;
  let sharp = (task.forward + task.right * at.x - task.up * at.y) * task.focusDistance;
  let d = direction(sharp - offset, task.forward);`,
  orthographic: `
  let origin = task.position + task.right * at.x - task.up * at.y;
  let d = task.forward;`,
};
