/**
 * Colours by a volunteer's ordinal, for canvases; the same list as `--volunteer-N` in tokens.css. Mid tones, so that each
 * has at least 3:1 against the surfaces of both schemes; over a picture, draw them with a dark casing.
 */
export const VOLUNTEER_COLOURS = [
  '#0b8a82',
  '#c25a12',
  '#5a74d8',
  '#c04e86',
  '#6a8a16',
  '#8a62c9',
  '#a87400',
  '#1c82b5',
  '#cc4a45',
  '#2f8f4a',
  '#a455a8',
  '#7c7a6a',
] as const;

/** The colour of the volunteer with this ordinal (any integer ≥ 0; they repeat after twelve). */
export function volunteerColour(ordinal: number): string {
  return VOLUNTEER_COLOURS[Math.abs(Math.trunc(ordinal)) % VOLUNTEER_COLOURS.length] ?? VOLUNTEER_COLOURS[0];
}
