import * as v from 'valibot';

/** What JSON can carry. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** A JSON object: a kernel's parameters before the kernel's own schema has read them. */
export const JsonObject = v.record(v.pipe(v.string(), v.maxLength(100)), v.custom<Json>(isJson, 'a JSON value'));
export type JsonObject = { readonly [key: string]: Json };

/** Whether a value is plain JSON, at most 32 levels deep. */
export function isJson(value: unknown, depth = 0): value is Json {
  if (value === null || typeof value === 'boolean' || typeof value === 'string') return true;
  if (typeof value === 'number') return Number.isFinite(value);
  if (typeof value !== 'object' || depth >= 32) return false;
  if (Array.isArray(value)) return value.every((item) => isJson(item, depth + 1));
  return Object.values(value).every((item) => isJson(item, depth + 1));
}
