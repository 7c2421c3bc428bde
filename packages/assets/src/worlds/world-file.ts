import * as v from 'valibot';
import { AssetError, reasonOf } from '../asset-error.js';
import { capital, checkBodyCount, checkWorld } from './check-world.js';
import {
  called,
  type Look,
  type ShownBody,
  type ShownWorld,
  USUAL_DENSITY,
  USUAL_SURFACE,
  volumeOf,
} from './shown-world.js';
import { type FileBody, WorldFile, WorldHeader } from './world-schema.js';

/** Worlds as JSON; `docs/WORLDS.md` describes the form. */

/** Larger files are refused: a million bodies have room. */
const MAX_WORLD_BYTES = 400 * 1024 * 1024;

/**
 * @param file JSON, as text or UTF-8
 * @throws AssetError that names the body and says what to change, and nothing else
 */
export function readWorld(file: string | Uint8Array): ShownWorld {
  const json = parseJson(file);
  const header = v.safeParse(WorldHeader, json);
  if (!header.success) {
    throw new AssetError('This is not a world: a world is a JSON object with "version": 1 and "bodies". Add both.');
  }
  const { version, bodies } = header.output;
  if (version !== 1) {
    throw new AssetError(
      `This world is of version ${JSON.stringify(version)?.slice(0, 16)}; version 1 can be read. Write "version": 1.`,
    );
  }
  if (Array.isArray(bodies)) checkBodyCount(bodies.length);
  const result = v.safeParse(WorldFile, json, { abortEarly: true });
  if (!result.success) throw formError(result.issues[0], json);
  const { gravity, planes, statics } = result.output;
  return checkWorld({ gravity, bodies: result.output.bodies.map(toBody), planes, statics });
}

/** As text that `readWorld` reads to the same world, a body a line. What is usual is left out. */
export function writeWorld({ gravity, bodies, planes, statics }: ShownWorld): string {
  const list = (items: readonly object[]) =>
    items.length === 0 ? '[]' : `[\n${items.map((item) => `    ${JSON.stringify(item)}`).join(',\n')}\n  ]`;
  const surfaceOf = ({ friction, restitution }: { friction: number; restitution: number }) => ({
    ...(friction !== USUAL_SURFACE.friction && { friction }),
    ...(restitution !== USUAL_SURFACE.restitution && { restitution }),
  });
  const lookOf = ({ name, color }: Look) => ({ ...(name !== undefined && { name }), ...(color && { color }) });
  const turnOf = (rotation: readonly number[]) => !(rotation[3] === 1) && { rotation };
  const lists = {
    bodies: bodies.map((body) => {
      const { shape, mass, position, rotation, velocity, spin } = body;
      const size = shape.kind === 'sphere' ? { radius: shape.radius } : { half: shape.half };
      return {
        ...lookOf(body),
        shape: shape.kind,
        ...size,
        mass,
        position,
        ...turnOf(rotation),
        ...(velocity.some((x) => x !== 0) && { velocity }),
        ...(spin.some((x) => x !== 0) && { spin }),
        ...surfaceOf(body),
      };
    }),
    planes: planes.map((plane) => ({
      ...lookOf(plane),
      normal: plane.normal,
      offset: plane.offset,
      ...surfaceOf(plane),
    })),
    statics: statics.map((box) => ({
      ...lookOf(box),
      half: box.half,
      position: box.position,
      ...turnOf(box.rotation),
      ...surfaceOf(box),
    })),
  };
  const parts = Object.entries(lists).map(([name, items]) => `  "${name}": ${list(items)}`);
  return `{\n  "version": 1,\n  "gravity": ${JSON.stringify(gravity)},\n${parts.join(',\n')}\n}\n`;
}

function parseJson(file: string | Uint8Array): unknown {
  const size = typeof file === 'string' ? file.length : file.byteLength;
  if (size > MAX_WORLD_BYTES) {
    throw new AssetError(
      `The world has ${Math.ceil(size / 2 ** 20)} MiB; up to ${MAX_WORLD_BYTES / 2 ** 20} MiB can be read. Leave bodies out.`,
    );
  }
  const text = typeof file === 'string' ? file : new TextDecoder().decode(file);
  if (text.trim() === '') throw new AssetError('The world’s file is empty. Give a JSON object with "bodies".');
  try {
    return JSON.parse(text);
  } catch (error) {
    const hint = /\b(NaN|Infinity)\b/.test(text.slice(0, 1_000_000)) ? ' JSON knows no NaN and no Infinity.' : '';
    throw new AssetError(`The world’s JSON is broken (${reasonOf(error).slice(0, 160)}). Mend it there.${hint}`);
  }
}

function toBody(file: FileBody, index: number): ShownBody {
  const { mass, density, ...rest } = file;
  const what = called('body', index, file.name);
  if (mass !== undefined && density !== undefined) {
    throw new AssetError(`${capital(what)} has both a mass and a density: leave one of them out.`);
  }
  if (density !== undefined && !(density > 0)) {
    throw new AssetError(`${capital(what)} has a density of ${density} kg/m³: it has to be more than 0.`);
  }
  const common = (shape: ShownBody['shape']) => ({ shape, mass: mass ?? (density ?? USUAL_DENSITY) * volumeOf(shape) });
  if (rest.shape === 'sphere') {
    const { shape: _, radius, ...body } = rest;
    return { ...body, ...common({ kind: 'sphere', radius }) };
  }
  const { shape: _, half, ...body } = rest;
  return { ...body, ...common({ kind: 'box', half }) };
}

const LISTS = { bodies: 'body', planes: 'plane', statics: 'static' } as const;

function isList(key: unknown): key is keyof typeof LISTS {
  return typeof key === 'string' && key in LISTS;
}

/** What is wrong with the form, by the body's number and name. */
function formError(issue: v.BaseIssue<unknown>, json: unknown): AssetError {
  const keys = (issue.path ?? []).map(({ key }) => key);
  const [list, index] = keys;
  const item = isList(list) && typeof index === 'number';
  const where = item ? capital(called(LISTS[list], index, nameAt(json, list, index))) : 'The world';
  const rest = item ? keys.slice(2) : keys;
  if (item && rest.length === 0) return new AssetError(`${where} has to be an object in braces.`);
  // Of a list with too many or too few numbers, the list is wrong.
  const missing = issue.received === 'undefined';
  const wholeList = typeof rest.at(-1) === 'number' && (missing || issue.type === 'strict_tuple');
  const field = (wholeList ? rest.slice(0, -1) : rest).join('.').slice(0, 64);
  if (issue.type === 'strict_object' && issue.expected === 'never') {
    return new AssetError(`${where} has a "${field}", which is not known here: correct its name or remove it.`);
  }
  if (wholeList && missing) return new AssetError(`${where}: "${field}" has too few numbers: give all of them.`);
  if (missing) return new AssetError(`${where} has no "${field}": add it.`);
  return new AssetError(`${where}: "${field}" ${told(issue)}.`);
}

function told({ message, expected, received }: v.BaseIssue<unknown>): string {
  return message.startsWith('Invalid') ? `has to be ${expected}, and is ${received.slice(0, 64)}` : message;
}

function nameAt(json: unknown, list: string, index: number): string | undefined {
  const found = v.safeParse(v.object({ [list]: v.array(v.unknown()) }), json);
  const item = v.safeParse(v.object({ name: v.string() }), found.success ? found.output[list]?.[index] : null);
  return item.success ? item.output.name : undefined;
}
