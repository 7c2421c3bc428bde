import * as v from 'valibot';
import { AssetError, reasonOf } from '../asset-error.js';
import { checkFrame, MOST_FRAMES, type Trajectory, TrajectoryHeader } from './trajectory.js';

/** A trajectory as JSON, for other programs: three to four times as large as the binary form, and as exact. */

const Numbers = v.array(v.number());
const TrajectoryFile = v.object({
  version: v.literal(1),
  frameSeconds: TrajectoryHeader.entries.frameSeconds,
  bodies: TrajectoryHeader.entries.bodies,
  frames: v.pipe(v.array(v.object({ positions: Numbers, rotations: Numbers })), v.maxLength(MOST_FRAMES)),
});

/** A frame a line. @throws AssetError where frames do not have as many numbers as bodies ask for */
export function writeTrajectoryJson({ frameSeconds, bodies, frames }: Trajectory): string {
  const lines = frames.map((frame, i) => {
    checkFrame(frame, bodies, i);
    const list = (numbers: Float32Array) => `[${Array.from(numbers, shortest).join(',')}]`;
    return `{"positions":${list(frame.positions)},"rotations":${list(frame.rotations)}}`;
  });
  return `{"version":1,"frameSeconds":${frameSeconds},"bodies":${bodies},"frames":[\n${lines.join(',\n')}\n]}\n`;
}

/** @throws AssetError that says what is wrong with the file, and nothing else */
export function readTrajectoryJson(text: string): Trajectory {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw new AssetError(`The trajectory’s JSON is broken (${reasonOf(error).slice(0, 120)}). Save it again.`);
  }
  const result = v.safeParse(TrajectoryFile, json, { abortEarly: true });
  if (!result.success) {
    const [issue] = result.issues;
    const at = v.getDotPath(issue) ?? 'the file';
    throw new AssetError(
      `This is not a trajectory: at ${at.slice(0, 100)}: ${issue.message.slice(0, 120)}. Save it again.`,
    );
  }
  const { frameSeconds, bodies, frames } = result.output;
  return {
    frameSeconds,
    bodies,
    frames: frames.map(({ positions, rotations }, i) => {
      const frame = { positions: Float32Array.from(positions), rotations: Float32Array.from(rotations) };
      checkFrame(frame, bodies, i);
      return frame;
    }),
  };
}

/** Nine digits tell single-precision numbers apart; often fewer do. */
function shortest(x: number): number {
  for (const digits of [6, 7, 8]) {
    const short = Number(x.toPrecision(digits));
    if (Math.fround(short) === x) return short;
  }
  return Number(x.toPrecision(9));
}
