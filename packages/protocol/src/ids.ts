import * as v from 'valibot';

/** 16 random bytes as base64url: unguessable names of rooms and peers. */
const Unguessable = v.pipe(v.string(), v.regex(/^[A-Za-z0-9_-]{22}$/, 'an id of 22 base64url characters'));

/** Short ids made by a coordinator; unique within it. */
const Local = v.pipe(v.string(), v.regex(/^[A-Za-z0-9._:-]{1,80}$/, 'an id of up to 80 letters, digits and . _ : -'));

/** A room: one coordinator and its volunteers. Knowing the id makes a volunteer, never an owner. */
export const RoomId = v.pipe(Unguessable, v.brand('RoomId'));
export type RoomId = v.InferOutput<typeof RoomId>;

/** One page's connection to the signaling server. A new socket has a new one. */
export const PeerId = v.pipe(Unguessable, v.brand('PeerId'));
export type PeerId = v.InferOutput<typeof PeerId>;

/** HMAC-SHA-256 of the room id under the server's secret, base64url: makes its holder the room's owner. */
export const OwnerToken = v.pipe(v.string(), v.regex(/^[A-Za-z0-9_-]{43}$/, 'an owner token'), v.brand('OwnerToken'));
export type OwnerToken = v.InferOutput<typeof OwnerToken>;

/** A volunteer as the scheduler knows it: it survives a reconnect of the link. */
export const VolunteerId = v.pipe(Local, v.brand('VolunteerId'));
export type VolunteerId = v.InferOutput<typeof VolunteerId>;

export const JobId = v.pipe(Local, v.brand('JobId'));
export type JobId = v.InferOutput<typeof JobId>;

export const TaskId = v.pipe(Local, v.brand('TaskId'));
export type TaskId = v.InferOutput<typeof TaskId>;

export const AttemptId = v.pipe(Local, v.brand('AttemptId'));
export type AttemptId = v.InferOutput<typeof AttemptId>;

/** SHA-256, lower-case hex, of the concatenated SHA-256 of a blob's 1 MiB chunks. */
export const BlobId = v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/, 'a SHA-256 in lower-case hex'), v.brand('BlobId'));
export type BlobId = v.InferOutput<typeof BlobId>;

/** Whole milliseconds or finer, on whatever clock the caller was handed. */
export type Millis = number;
