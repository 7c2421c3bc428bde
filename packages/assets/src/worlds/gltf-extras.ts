import * as v from 'valibot';
import { AssetError } from '../asset-error.js';
import { motion, surface, weight } from './world-schema.js';

/** What a glTF node's `extras.tabgrid` says of the body that it becomes. Unknown properties are refused. */
const Wishes = v.strictObject({
  shape: v.exactOptional(v.picklist(['sphere', 'box'], 'has to be "sphere" or "box"')),
  static: v.exactOptional(v.boolean('has to be true or false'), false),
  plane: v.exactOptional(v.boolean('has to be true or false'), false),
  ...surface,
  ...weight,
  ...motion,
});
export type Wishes = v.InferOutput<typeof Wishes>;

/** Extras may be anything; only an object with this key concerns us. */
const Extras = v.object({ tabgrid: v.unknown() });

const USUAL: Wishes = v.parse(Wishes, {});

/**
 * @param what the node, for messages
 * @throws AssetError for wishes that cannot be met
 */
export function wishesOf(extras: unknown, what: string): Wishes {
  const ours = v.safeParse(Extras, extras);
  if (!ours.success || ours.output.tabgrid === undefined) return USUAL;
  const result = v.safeParse(Wishes, ours.output.tabgrid, { abortEarly: true });
  if (!result.success) throw wishError(result.issues[0], what);
  const { mass, density, shape, static: fixed, velocity, spin } = result.output;
  const refuse = (why: string, advice: string) => new AssetError(`${what} ${why}: ${advice}.`);
  if (mass !== undefined && density !== undefined) {
    throw refuse('has both a mass and a density', 'leave one of them out of its extras');
  }
  if (density !== undefined && density <= 0) {
    throw refuse(`has a density of ${density} kg/m³`, 'it has to be more than 0');
  }
  if (fixed && shape === 'sphere') throw refuse('is a static sphere', 'only boxes can be static; make it a box');
  if (fixed && [...velocity, ...spin].some((x) => x !== 0)) {
    throw refuse('is static and has a velocity or spin', 'leave one of them out of its extras');
  }
  return result.output;
}

function wishError(issue: v.BaseIssue<unknown>, what: string): AssetError {
  const path = v.getDotPath(issue);
  const field = ['extras.tabgrid', ...(path ? [path.slice(0, 64)] : [])].join('.');
  if (issue.type === 'strict_object' && issue.expected === 'never') {
    return new AssetError(`${what} has "${field}", which is not known here: correct its name or remove it.`);
  }
  const told = issue.message.startsWith('Invalid')
    ? `has to be ${issue.expected}, and is ${issue.received.slice(0, 64)}`
    : issue.message;
  return new AssetError(`${what}: "${field}" ${told}.`);
}
