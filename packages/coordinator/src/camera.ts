import type { PreparedScene } from '@tabgrid/assets/prepare';
import type { RenderJob } from '@tabgrid/splitters/render/planner';
import type { CameraSource, Vec3 } from '@tabgrid/webgpu-kernels/pathtrace/scene-source';
import { type RenderSpec, UserError } from './api.js';

/** From a scene's camera and what the owner wants of its lens to the kernel's parameters. */

/** f-numbers: real lenses have 0.7 to 64; the rest is for models that are not in metres. */
export const APERTURES = { min: 0.001, max: 1000 } as const;
/** Metres. */
export const FOCUS_DISTANCES = { min: 0.001, max: 1_000_000 } as const;

/** Height of the frame that f-numbers are meant for, metres: 35 mm film. */
const FRAME_HEIGHT = 0.024;

type Lens = Pick<RenderSpec, 'aperture' | 'focus'>;
type Camera = Omit<CameraSource, 'name'>;

/** @throws UserError that names the value and its bounds */
export function checkLens({ aperture, focus }: Lens): void {
  check('The aperture', 'f-number', aperture, APERTURES);
  check('The focus', 'distance in metres', focus, FOCUS_DISTANCES);
}

function check(
  name: string,
  what: string,
  value: number | undefined,
  { min, max }: typeof APERTURES | typeof FOCUS_DISTANCES,
): void {
  if (value === undefined || (value >= min && value <= max)) return;
  throw new UserError(`${name} is ${value}: give a ${what} from ${min} to ${max.toLocaleString('en')}.`);
}

/**
 * The camera, with a thin lens where an aperture is wanted. The lens is as wide as that of a 35 mm camera with the same
 * angle of view and f-number: focal length ÷ f-number, the focal length being half the frame's height ÷ tan(half the angle).
 * @param middle what stands in the middle of the picture: sharp where no distance is asked for
 * @throws UserError for an orthographic camera, which has no lens
 */
export function cameraParams(camera: Camera, lens: Lens, middle: Vec3): RenderJob['base']['camera'] {
  const { position, right, up, forward, yfov, orthographicHeight } = camera;
  const params: RenderJob['base']['camera'] = {
    position: [...position],
    right: [...right],
    up: [...up],
    forward: [...forward],
    yfov,
    ...(orthographicHeight !== undefined && { orthographicHeight }),
  };
  if (lens.aperture === undefined) return params;
  if (orthographicHeight !== undefined) {
    throw new UserError('An orthographic camera has no lens: leave the aperture empty, or choose another camera.');
  }
  const focalLength = FRAME_HEIGHT / 2 / Math.tan(yfov / 2);
  const away = middle.reduce((sum, x, axis) => sum + (x - (position[axis] ?? 0)) * (forward[axis] ?? 0), 0);
  const distance = lens.focus ?? Math.min(FOCUS_DISTANCES.max, Math.max(FOCUS_DISTANCES.min, away));
  return { ...params, lens: { radius: focalLength / lens.aperture / 2, distance } };
}

/** What stands in the middle of a camera's picture; the scene's own middle where that is nothing, or unknown (null: no camera of the scene). */
export function middleOf({ cameras, middles, framing }: PreparedScene, name: string | null): Vec3 {
  const known = middles[cameras.findIndex((camera) => camera.name === name)];
  if (known) return known;
  const axis = (a: number): number => {
    const along = framing.filter((_, i) => i % 3 === a);
    return (along.reduce((x, y) => Math.min(x, y), Infinity) + along.reduce((x, y) => Math.max(x, y), -Infinity)) / 2;
  };
  return [axis(0), axis(1), axis(2)];
}
