/** The world's programs, in GLSL ES 3.00. Colours are sRGB outside, and light is computed in about linear. */

/** Textures that bodies are in, by their units; uniforms are called so, with a `u`. */
export const TEXTURES = ['mesh', 'poses', 'halves', 'colours'] as const;
export const TEXELS_A_ROW = 1024;

/**
 * Of bodies: a corner of a mesh, the body's place, rotation, half extents and colour, by the corner's number. `uShadow.xyz` is
 * the normal of a plane and `uShadow.w` its offset: the shadow on it is drawn instead of the body; a normal of 0 is none.
 */
const BODY_IN = `#version 300 es
precision highp float;
precision highp sampler2D;
uniform sampler2D uMesh;
uniform sampler2D uPoses;
uniform sampler2D uHalves;
uniform sampler2D uColours;
uniform int uCorners;
vec3 aPoint;
vec3 aNormal;
vec3 aPlace;
vec4 aTurn;
vec3 aHalf;
vec4 aColour;
vec4 texelOf(sampler2D from, int index) {
  return texelFetch(from, ivec2(index % ${TEXELS_A_ROW}, index / ${TEXELS_A_ROW}), 0);
}
void readBody() {
  int body = gl_VertexID / uCorners;
  int corner = gl_VertexID - body * uCorners;
  aPoint = texelFetch(uMesh, ivec2(corner, 0), 0).xyz;
  aNormal = texelFetch(uMesh, ivec2(corner, 1), 0).xyz;
  aPlace = texelOf(uPoses, 2 * body).xyz;
  aTurn = texelOf(uPoses, 2 * body + 1);
  aHalf = texelOf(uHalves, body).xyz;
  aColour = texelOf(uColours, body);
}
uniform mat4 uView;
uniform vec3 uLight;
uniform vec4 uShadow;
vec3 shadowed(vec3 place) {
  float above = dot(uShadow.xyz, place) - uShadow.w;
  return place - uLight * (above / dot(uShadow.xyz, uLight));
}
bool shadows() {
  return dot(uShadow.xyz, uShadow.xyz) > 0.0;
}
vec3 turned(vec4 by, vec3 v) {
  return v + 2.0 * cross(by.xyz, cross(by.xyz, v) + by.w * v);
}`;

/** `uLook`: x whether ghosts are shown, y how opaque it is, z whether it is a shadow. */
const BODY_OUT = `#version 300 es
precision highp float;
uniform vec3 uLight;
uniform vec3 uEye;
uniform vec4 uLook;
out vec4 colour;
vec3 lit(vec3 base, vec3 normal, vec3 toEye, float shine) {
  float gleam = shine * pow(max(dot(normal, normalize(uLight + toEye)), 0.0), 32.0);
  vec3 light = base * (0.22 + 0.3 * (0.5 + 0.5 * normal.y) + 0.72 * max(dot(normal, uLight), 0.0)) + gleam;
  return pow(min(light, vec3(1.0)), vec3(1.0 / 2.2));
}
// A ghost is pale but for its edge.
vec3 ghostly(vec3 base, float edge) {
  return mix(mix(base, vec3(1.0), 0.72), base, edge);
}`;

export const BOX_VERTEX = `${BODY_IN}
out vec3 vNormal;
out vec3 vPlace;
out vec3 vOwn;
flat out vec3 vHalf;
flat out vec4 vColour;
void main() {
  readBody();
  vec3 place = aPlace + turned(aTurn, aPoint * aHalf);
  if (shadows()) place = shadowed(place);
  vNormal = turned(aTurn, aNormal);
  vPlace = place;
  vOwn = aPoint;
  vHalf = aHalf;
  vColour = aColour;
  gl_Position = uView * vec4(place, 1.0);
}`;

export const BOX_FRAGMENT = `${BODY_OUT}
in vec3 vNormal;
in vec3 vPlace;
in vec3 vOwn;
flat in vec3 vHalf;
flat in vec4 vColour;
void main() {
  // How near where its faces meet, in metres, but never finer than a pixel.
  vec3 inside = vHalf * (1.0 - abs(vOwn));
  float least = min(inside.x, min(inside.y, inside.z));
  float most = max(inside.x, max(inside.y, inside.z));
  float off = inside.x + inside.y + inside.z - least - most;
  float wide = max(0.1 * min(vHalf.x, min(vHalf.y, vHalf.z)), 1.2 * fwidth(off));
  float edge = 1.0 - smoothstep(0.7 * wide, wide, off);
  vec3 base = pow(vColour.rgb, vec3(2.2));
  float opaque = uLook.y;
  if (uLook.z > 0.5) {
    colour = vec4(0.0, 0.0, 0.0, opaque);
    return;
  }
  if (opaque < 1.0) opaque = mix(opaque, min(1.0, 3.0 * opaque), edge);
  else if (uLook.x > 0.5 && vColour.a > 0.5) base = ghostly(base, edge);
  // A darker edge shows where boxes touch.
  else base *= 1.0 - 0.3 * edge;
  colour = vec4(lit(base, normalize(vNormal), normalize(uEye - vPlace), 0.0), opaque);
}`;

/** Balls are squares that face the eye, with the ball's own surface found in each pixel. `uPixel`: its size 1 m away, m. */
export const BALL_VERTEX = `${BODY_IN}
uniform vec3 uEye;
uniform float uPixel;
out vec3 vPlace;
out vec2 vCorner;
flat out vec4 vBall;
flat out vec4 vTurn;
flat out vec4 vColour;
vec3 aside(vec3 from) {
  return normalize(cross(abs(from.y) < 0.99 ? vec3(0.0, 1.0, 0.0) : vec3(1.0, 0.0, 0.0), from));
}
void main() {
  readBody();
  float radius = aHalf.x;
  vec3 middle = aPlace;
  vec3 across;
  vec3 along;
  if (shadows()) {
    middle = shadowed(aPlace);
    // An ellipse that is as long as the light is low.
    float steep = dot(uShadow.xyz, uLight);
    vec3 slope = uLight - uShadow.xyz * steep;
    across = length(slope) > 1e-3 ? radius * normalize(cross(uShadow.xyz, slope)) : radius * aside(uShadow.xyz);
    along = cross(across, uShadow.xyz) / steep;
  } else {
    vec3 toEye = uEye - aPlace;
    float away = length(toEye);
    vec3 back = toEye / away;
    // As wide as the cone around the ball is at its middle, and a pixel for the smooth edge.
    float wide = radius * away / sqrt(max(away * away - radius * radius, 1e-9)) + 1.5 * uPixel * away;
    across = wide * aside(back);
    along = cross(back, across);
  }
  vCorner = aPoint.xy;
  vPlace = middle + across * aPoint.x + along * aPoint.y;
  vBall = vec4(aPlace, radius);
  vTurn = aTurn;
  vColour = aColour;
  gl_Position = uView * vec4(vPlace, 1.0);
}`;

/** How much of a pixel is covered goes out as its opacity. */
export const BALL_FRAGMENT = `${BODY_OUT}
uniform mat4 uView;
uniform float uPixel;
in vec3 vPlace;
in vec2 vCorner;
flat in vec4 vBall;
flat in vec4 vTurn;
flat in vec4 vColour;
void main() {
  if (uLook.z > 0.5) {
    if (dot(vCorner, vCorner) > 1.0) discard;
    gl_FragDepth = gl_FragCoord.z;
    colour = vec4(0.0, 0.0, 0.0, uLook.y);
    return;
  }
  vec3 ray = normalize(vPlace - uEye);
  vec3 from = uEye - vBall.xyz;
  float along = dot(from, ray);
  // From the middle to where the ray passes it.
  vec3 foot = from - along * ray;
  float off = length(foot);
  float covered = clamp((vBall.w - off) / (-along * uPixel) + 0.5, 0.0, 1.0);
  if (covered <= 0.0) discard;
  vec3 reach = foot * min(1.0, vBall.w / max(off, 1e-9)) - ray * sqrt(max(vBall.w * vBall.w - off * off, 0.0));
  vec3 normal = normalize(reach);
  vec4 clip = uView * vec4(vBall.xyz + reach, 1.0);
  gl_FragDepth = 0.5 + 0.5 * clip.z / clip.w;
  vec3 own = normal - 2.0 * cross(vTurn.xyz, vTurn.w * normal - cross(vTurn.xyz, normal));
  vec3 base = pow(vColour.rgb, vec3(2.2));
  if (uLook.x > 0.5 && vColour.a > 0.5) base = ghostly(base, smoothstep(0.5, 0.38, dot(normal, -ray)));
  // A darker band shows how it rolls.
  else base *= mix(0.72, 1.0, smoothstep(0.13, 0.17, abs(own.y)));
  colour = vec4(lit(base, normal, -ray, 0.12), covered);
}`;

/** A square of a plane around the bodies, with a grid of `uCell` metres, that fades into the background. */
export const GROUND_VERTEX = `#version 300 es
uniform mat4 uView;
uniform vec3 uMiddle;
uniform vec3 uAcross;
uniform vec3 uAlong;
uniform float uReach;
out vec2 vAt;
void main() {
  vAt = uReach * (2.0 * vec2(gl_VertexID & 1, gl_VertexID >> 1) - 1.0);
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
