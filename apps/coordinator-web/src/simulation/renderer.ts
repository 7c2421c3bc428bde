import type { Orbit } from '@tabgrid/assets/math/orbit';
import type { ShownWorld } from '@tabgrid/assets/worlds/shown-world';
import type { FramePoses, Ownership } from '@tabgrid/coordinator/simulation/api';
import { createBatch } from './body-batch.js';
import { attribute, fill, makeProgram, uniformsOf } from './gl.js';
import { groundPatches } from './ground.js';
import { bytesOfLinear, type ColourBy, coloursOf, groupsOf, NEUTRAL, posesOf } from './instances.js';
import { boxMesh, sphereCuts, sphereMesh } from './meshes.js';
import { BODY_FRAGMENT, BODY_VERTEX, GROUND_FRAGMENT, GROUND_VERTEX } from './shaders.js';
import { viewMatrix } from './view-matrix.js';

type Rgb = readonly [number, number, number];

/** What a picture of a world needs to know of the page around it: sRGB, 0 to 1. */
export interface Backdrop {
  readonly back: Rgb;
  readonly ground: Rgb;
  readonly line: Rgb;
}

/**
 * Draws a world with WebGL 2: its bodies solid, static boxes as glass, so that what lies behind a wall is seen, planes as a
 * grid that fades, and shadows on them.
 */
export interface WorldRenderer {
  setPoses(poses: FramePoses): void;
  setColours(ownership: Ownership | null, by: ColourBy): void;
  /** @param view the canvas has its size in pixels already */
  draw(view: { readonly orbit: Orbit; readonly backdrop: Backdrop; readonly ghosts: boolean }): void;
}

/** Towards the light. */
const LIGHT: Rgb = [0.37, 0.85, 0.37];
const GLASS = 0.22;
const SHADOW = 0.24;
/** A shadow is thrown only by light that is at least so steep: the sine. */
const STEEP = 0.25;

export function createRenderer(gl: WebGL2RenderingContext, world: ShownWorld): WorldRenderer {
  const body = makeProgram(gl, BODY_VERTEX, BODY_FRAGMENT);
  const ground = makeProgram(gl, GROUND_VERTEX, GROUND_FRAGMENT);
  const ofBody = uniformsOf(gl, body);
  const ofGround = uniformsOf(gl, ground);
  const groups = groupsOf(world);
  const box = boxMesh();
  const spheres = createBatch(gl, sphereMesh(sphereCuts(groups.spheres.bodies.length)), groups.spheres);
  const boxes = createBatch(gl, box, groups.boxes);
  const walls = createBatch(gl, box, { halves: Float32Array.from(world.statics.flatMap(({ half }) => half)) });
  walls.setPoses(Float32Array.from(world.statics.flatMap(({ position, rotation }) => [...position, ...rotation])));
  walls.setColours(
    Uint8Array.from(world.statics.flatMap(({ color }) => [...(color ? bytesOfLinear(color) : NEUTRAL), 0])),
  );
  const corners = gl.createVertexArray();
  gl.bindVertexArray(corners);
  fill(gl, gl.createBuffer(), Float32Array.of(-1, -1, 1, -1, -1, 1, 1, 1));
  attribute(gl, 0, 2, { each: false });
  gl.bindVertexArray(null);

  const drawBodies = (ghosts: boolean, opaque: number, shadow: boolean): void => {
    for (const [batch, isBox] of [
      [spheres, 0],
      [boxes, 1],
    ] as const) {
      ofBody.set('uLook', ghosts ? 1 : 0, opaque, shadow ? 1 : 0, isBox);
      batch.draw();
    }
  };

  return {
    setPoses(poses) {
      spheres.setPoses(posesOf(groups.spheres, poses));
      boxes.setPoses(posesOf(groups.boxes, poses));
    },
    setColours(ownership, by) {
      spheres.setColours(coloursOf(groups.spheres, world, ownership, by));
      boxes.setColours(coloursOf(groups.boxes, world, ownership, by));
    },
    draw({ orbit, backdrop, ghosts }) {
      const { drawingBufferWidth: width, drawingBufferHeight: height } = gl;
      const view = viewMatrix(orbit, width / Math.max(1, height));
      const patches = groundPatches(world, orbit);
      gl.viewport(0, 0, width, height);
      gl.clearColor(...backdrop.back, 1);
      gl.depthMask(true);
      gl.clear(gl.COLOR_BUFFER_BIT | gl.DEPTH_BUFFER_BIT | gl.STENCIL_BUFFER_BIT);
      gl.enable(gl.DEPTH_TEST);
      gl.disable(gl.BLEND);
      gl.disable(gl.CULL_FACE);

      // A little behind where it is, so that what lies on it is not mixed with it.
      gl.useProgram(ground);
      gl.enable(gl.POLYGON_OFFSET_FILL);
      gl.polygonOffset(1, 1);
      ofGround.matrix('uView', view);
      ofGround.set('uGround', ...backdrop.ground);
      ofGround.set('uLine', ...backdrop.line);
      ofGround.set('uBack', ...backdrop.back);
      gl.bindVertexArray(corners);
      for (const { middle, across, along, reach, cell, at } of patches) {
        ofGround.set('uMiddle', ...middle);
        ofGround.set('uAcross', ...across);
        ofGround.set('uAlong', ...along);
        ofGround.set('uReach', reach);
        ofGround.set('uCell', cell);
        ofGround.set('uOffset', ...at);
        gl.drawArrays(gl.TRIANGLE_STRIP, 0, 4);
      }
      gl.disable(gl.POLYGON_OFFSET_FILL);

      gl.useProgram(body);
      ofBody.matrix('uView', view);
      ofBody.set('uLight', ...LIGHT);
      ofBody.set('uEye', ...orbit.camera.position);
      gl.enable(gl.CULL_FACE);

      // Each pixel of a plane is darkened once, however many bodies are over it.
      gl.enable(gl.BLEND);
      gl.blendFunc(gl.SRC_ALPHA, gl.ONE_MINUS_SRC_ALPHA);
      gl.depthMask(false);
      gl.enable(gl.STENCIL_TEST);
      gl.stencilFunc(gl.EQUAL, 0, 0xff);
      gl.stencilOp(gl.KEEP, gl.KEEP, gl.INCR);
      for (const { normal, offset } of patches) {
        if (normal[0] * LIGHT[0] + normal[1] * LIGHT[1] + normal[2] * LIGHT[2] < STEEP) continue;
        ofBody.set('uShadow', ...normal, offset);
        drawBodies(false, SHADOW, true);
      }
      gl.disable(gl.STENCIL_TEST);
      gl.disable(gl.BLEND);
      gl.depthMask(true);

      ofBody.set('uShadow', 0, 0, 0, 0);
      drawBodies(ghosts, 1, false);

      // Glass: its far sides, then its near ones; it hides nothing that comes later.
      gl.enable(gl.BLEND);
      gl.depthMask(false);
      ofBody.set('uLook', 0, GLASS, 0, 1);
      gl.cullFace(gl.FRONT);
      walls.draw();
      gl.cullFace(gl.BACK);
      walls.draw();
      gl.depthMask(true);
      gl.bindVertexArray(null);
    },
  };
}
