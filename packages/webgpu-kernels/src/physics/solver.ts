import { SPIN_BITS, VELOCITY_BITS } from './scale.js';

/** Numbers of the solver that JavaScript and WGSL share. */

/** Of the overlap beyond what stays, a substep takes away 2^-PUSH_SHIFT. */
export const PUSH_SHIFT = 1;
/** Bits of inverse masses that are dropped before they are multiplied. */
export const WEIGHT_DROP = 4;
/** Bits that the product of an inverse mass and what turning adds to it loses beside the point of `turn`. */
export const PRODUCT_DROP = 3;
/** Together. */
export const COARSE = WEIGHT_DROP + PRODUCT_DROP;
/** Others that a body's mass is shared out between at most. */
export const MOST_SHARES = 63;
/** How often a pair that touches at several places goes through them at most. */
export const SWEEPS = 8;
/** From here on the other of a contact is a plane. */
export const PLANE = 0x8000_0000;
/** What turns by more in a substep, half a radian, is too fast for it. */
export const MOST_TURN = 2 ** (SPIN_BITS - 1);
/** A pair is done when going through its places made neither body faster by this: a sixteenth of a position's unit a substep. */
export const CALM = 2 ** (VELOCITY_BITS - 4);
/**
 * An impact's impulse is not what the next substep begins with. What hardly bounces is one only from so many times the speed on from which
 * what bounces is: until then a heap that falls together holds itself up.
 */
export const STRIKES = 4;
