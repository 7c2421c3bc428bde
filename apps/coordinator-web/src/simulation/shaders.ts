/** The world's two programs, in GLSL ES 3.00. Colours are sRGB outside, and light is computed in about linear. */

/** Where corners and bodies go in; both programs agree on it. */
export const ATTRIBUTES = { point: 0, normal: 1, place: 2, turn: 3, half: 4, colour: 5 } as const;

/**
 * Bodies, and their shadows on a plane: `uShadow.xyz` is the plane's normal and `uShadow.w` its offset, a normal of 0 none.
 */
export const BODY_VERTEX = `#version 300 es
layout(location = 0) in vec3 aPoint;
layout(location = 1) in vec3 aNormal;
layout(location = 2) in vec3 aPlace;
layout(location = 3) in vec4 aTurn;
layout(location = 4) in vec3 aHalf;
layout(location = 5) in vec4 aColour;
uniform mat4 uView;
uniform vec3 uLight;
uniform vec4 uShadow;
out vec3 vNormal;
out vec3 vPlace;
out vec3 vOwn;
flat out vec3 vHalf;
flat out vec4 vColour;
vec3 turned(vec3 v) {
  return v + 2.0 * cross(aTurn.xyz, cross(aTurn.xyz, v) + aTurn.w * v);
}
void main() {
  vec3 place = aPlace + turned(aPoint * aHalf);
  if (dot(uShadow.xyz, uShadow.xyz) > 0.0) {
    float above = dot(uShadow.xyz, place) - uShadow.w;
    place -= uLight * (above / dot(uShadow.xyz, uLight));
  }
  vNormal = turned(aNormal);
  vPlace = place;
  vOwn = aPoint;
  vHalf = aHalf;
  vColour = aColour;
  gl_Position = uView * vec4(place, 1.0);
}`;

/** `uLook`: x whether ghosts are shown, y how opaque it is, z whether it is a shadow, w whether they are boxes. */
export const BODY_FRAGMENT = `#version 300 es
precision highp float;
in vec3 vNormal;
in vec3 vPlace;
in vec3 vOwn;
flat in vec3 vHalf;
flat in vec4 vColour;
uniform vec3 uLight;
uniform vec3 uEye;
uniform vec4 uLook;
out vec4 colour;
void main() {
  if (uLook.z > 0.5) {
    colour = vec4(0.0, 0.0, 0.0, uLook.y);
    return;
  }
  vec3 normal = normalize(vNormal);
  vec3 toEye = normalize(uEye - vPlace);
  float facing = dot(normal, toEye);
  // How near an edge: of a box in metres from where its faces meet, of a sphere by how much it turns away.
  vec3 inside = vHalf * (1.0 - abs(vOwn));
  float least = min(inside.x, min(inside.y, inside.z));
  float most = max(inside.x, max(inside.y, inside.z));
  float off = inside.x + inside.y + inside.z - least - most;
  float wide = max(0.1 * min(vHalf.x, min(vHalf.y, vHalf.z)), 1.2 * fwidth(off));
  float edge = uLook.w > 0.5 ? 1.0 - smoothstep(0.7 * wide, wide, off) : smoothstep(0.5, 0.38, facing);
  vec3 base = pow(vColour.rgb, vec3(2.2));
  float opaque = uLook.y;
  if (opaque < 1.0) opaque = mix(opaque, min(1.0, 3.0 * opaque), edge);
  else if (uLook.x > 0.5 && vColour.a > 0.5) base = mix(mix(base, vec3(1.0), 0.72), base, edge);
  // A darker band around a ball shows how it rolls, a darker edge where boxes touch.
  else base *= uLook.w > 0.5 ? 1.0 - 0.3 * edge : (abs(vOwn.y) < 0.16 ? 0.72 : 1.0);
  float lit = max(dot(normal, uLight), 0.0);
  float sky = 0.5 + 0.5 * normal.y;
  float gleam = 0.12 * pow(max(dot(normal, normalize(uLight + toEye)), 0.0), 32.0);
  vec3 light = base * (0.22 + 0.3 * sky + 0.72 * lit) + gleam;
  colour = vec4(pow(min(light, vec3(1.0)), vec3(1.0 / 2.2)), opaque);
}`;

/** A square of a plane around the bodies, with a grid of `uCell` metres, that fades into the background. */
export const GROUND_VERTEX = `#version 300 es
layout(location = 0) in vec2 aCorner;
uniform mat4 uView;
uniform vec3 uMiddle;
uniform vec3 uAcross;
uniform vec3 uAlong;
uniform float uReach;
out vec2 vAt;
void main() {
  vAt = aCorner * uReach;
  gl_Position = uView * vec4(uMiddle + uAcross * vAt.x + uAlong * vAt.y, 1.0);
}`;

export const GROUND_FRAGMENT = `#version 300 es
precision highp float;
in vec2 vAt;
uniform vec3 uGround;
uniform vec3 uLine;
uniform vec3 uBack;
uniform float uReach;
uniform float uCell;
uniform vec2 uOffset;
out vec4 colour;
void main() {
  vec2 cell = (vAt + uOffset) / uCell;
  vec2 wide = fwidth(cell);
  vec2 near = abs(fract(cell - 0.5) - 0.5) / max(wide, vec2(1e-6));
  // Lines that are closer than a few pixels run together: they fade before that.
  float line = (1.0 - min(min(near.x, near.y), 1.0)) * (1.0 - smoothstep(0.15, 0.5, max(wide.x, wide.y)));
  float fade = smoothstep(1.0, 0.45, length(vAt) / uReach);
  colour = vec4(mix(uBack, mix(uGround, uLine, line), fade), 1.0);
}`;
