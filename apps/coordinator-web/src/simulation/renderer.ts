import type { Orbit } from '@tabgrid/assets/math/orbit';
import type { ShownWorld } from '@tabgrid/assets/worlds/shown-world';
import type { FramePoses, Ownership } from '@tabgrid/coordinator/simulation/api';
import { createBatch } from './body-batch.js';
import { makeProgram, uniformsOf } from './gl.js';
import { groundPatches } from './ground.js';
import { bytesOfLinear, type ColourBy, coloursOf, groupsOf, NEUTRAL, posesOf } from './instances.js';
import { boxMesh, squareMesh } from './meshes.js';
import {
  BALL_FRAGMENT,
  BALL_VERTEX,
  BOX_FRAGMENT,
  BOX_VERTEX,
  GROUND_FRAGMENT,
  GROUND_VERTEX,
  TEXTURES,
} from './shaders.js';
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
  const ball = makeProgram(gl, BALL_VERTEX, BALL_FRAGMENT);
  const box = makeProgram(gl, BOX_VERTEX, BOX_FRAGMENT);
  const ground = makeProgram(gl, GROUND_VERTEX, GROUND_FRAGMENT);
  const ofBall = uniformsOf(gl, ball);
  const ofBox = uniformsOf(gl, box);
  const ofGround = uniformsOf(gl, ground);
  const groups = groupsOf(world);
  const square = squareMesh();
  const cube = boxMesh();
  const spheres = createBatch(gl, square, groups.spheres.halves);
  const boxes = createBatch(gl, cube, groups.boxes.halves);
  const walls = createBatch(gl, cube, Float32Array.from(world.statics.flatMap(({ half }) => half)));
  walls.setPoses(Float32Array.from(world.statics.flatMap(({ position, rotation }) => [...position, 0, ...rotation])));
  walls.setColours(
    Uint8Array.from(world.statics.flatMap(({ color }) => [...(color ? bytesOfLinear(color) : NEUTRAL), 0])),
  );
  for (const [program, uniforms, mesh] of [
    [ball, ofBall, square],
    [box, ofBox, cube],
  ] as const) {
    gl.useProgram(program);
    uniforms.whole('uCorners', mesh.indices.length);
    TEXTURES.forEach((name, unit) => {
      uniforms.whole(`u${name.slice(0, 1).toUpperCase()}${name.slice(1)}`, unit);
    });
  }

  type Uniforms = typeof ofBox;
  /** Sets what both programs have, then draws the bodies. */
  const drawBodies = (set: (uniforms: Uniforms) => void): void => {
    for (const [program, uniforms, batch] of [
      [ball, ofBall, spheres],
      [box, ofBox, boxes],
    ] as const) {
      if (batch.count === 0) continue;
      gl.useProgram(program);
      set(uniforms);
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

      for (const [program, uniforms] of [
        [ball, ofBall],
        [box, ofBox],
      ] as const) {
        gl.useProgram(program);
        uniforms.matrix('uView', view);
        uniforms.set('uLight', ...LIGHT);
        uniforms.set('uEye', ...orbit.camera.position);
        uniforms.set('uPixel', 2 / (Math.hypot(view[1] ?? 0, view[5] ?? 0, view[9] ?? 0) * height));
      }
      gl.enable(gl.BLEND);
      gl.blendFunc(gl.SRC_ALPHA, gl.ONE_MINUS_SRC_ALPHA);
      gl.depthMask(false);

      // Each pixel of a plane is darkened once, however many bodies are over it.
      gl.enable(gl.STENCIL_TEST);
      gl.stencilFunc(gl.EQUAL, 0, 0xff);
      gl.stencilOp(gl.KEEP, gl.KEEP, gl.INCR);
      for (const { normal, offset } of patches) {
        if (normal[0] * LIGHT[0] + normal[1] * LIGHT[1] + normal[2] * LIGHT[2] < STEEP) continue;
        drawBodies((uniforms) => {
          uniforms.set('uShadow', ...normal, offset);
          uniforms.set('uLook', 0, SHADOW, 1, 0);
        });
      }
      gl.disable(gl.STENCIL_TEST);
      gl.disable(gl.BLEND);
      gl.depthMask(true);

      gl.enable(gl.CULL_FACE);
      gl.enable(gl.SAMPLE_ALPHA_TO_COVERAGE);
      drawBodies((uniforms) => {
        uniforms.set('uShadow', 0, 0, 0, 0);
        uniforms.set('uLook', ghosts ? 1 : 0, 1, 0, 0);
      });
      gl.disable(gl.SAMPLE_ALPHA_TO_COVERAGE);

      // Glass: its far sides, then its near ones; it hides nothing that comes later.
      gl.enable(gl.BLEND);
      gl.depthMask(false);
      gl.useProgram(box);
      ofBox.set('uShadow', 0, 0, 0, 0);
      ofBox.set('uLook', 0, GLASS, 0, 0);
      gl.cullFace(gl.FRONT);
      walls.draw();
      gl.cullFace(gl.BACK);
      walls.draw();
      gl.depthMask(true);
    },
  };
}
