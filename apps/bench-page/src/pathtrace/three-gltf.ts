import type { Bytes } from '@tabgrid/protocol/bytes';
import { AnimationMixer, Scene } from 'three';
import { GLTFLoader } from 'three/examples/jsm/loaders/GLTFLoader.js';
import type { BenchScene, Pose } from './scene.js';
import { cameraOf, surround, type ThreeScene } from './three-scene.js';

/** A file as three.js's own reader understands it, where readers are compared too; seen and lit as the benchmark's scene. */

/** @throws Error where three.js cannot read the file, or it has no such animation */
export async function readByThree(
  glb: Bytes,
  { camera, environment }: Pick<BenchScene, 'camera' | 'environment'>,
  pose: Pose | null,
): Promise<ThreeScene> {
  const gltf = await new GLTFLoader().parseAsync(glb.slice().buffer, '');
  if (pose) {
    const clip = gltf.animations.find(({ name }) => name === pose.animation);
    if (!clip) throw new Error(`the file has no animation ${pose.animation}`);
    const mixer = new AnimationMixer(gltf.scene);
    mixer.clipAction(clip).play();
    mixer.setTime(pose.time);
  }
  const scene = new Scene();
  scene.add(gltf.scene);
  scene.updateMatrixWorld(true);
  surround(scene, environment);
  return { scene, camera: cameraOf(camera) };
}
