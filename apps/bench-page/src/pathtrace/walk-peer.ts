import { type Box3, Ray as ThreeRay, Vector3 } from 'three';
import type { MeshBVH } from 'three-mesh-bvh';
import type { Ray } from './rays.js';
import type { Steps } from './walk-packed.js';

/** three-mesh-bvh's tree, walked by its own `shapecast`, near child first, cut off at the nearest hit. */
export function createPeerWalk(bvh: MeshBVH): (ray: Ray, steps: Steps) => number {
  const ray = new ThreeRay();
  const point = new Vector3();
  return ({ origin, direction }, steps) => {
    ray.origin.set(...origin);
    ray.direction.set(...direction);
    let best = Number.POSITIVE_INFINITY;
    let boxes = 0;
    const distance = (box: Box3): number => {
      if (box.containsPoint(ray.origin)) return 0;
      return ray.intersectBox(box, point) ? point.distanceTo(ray.origin) : Number.POSITIVE_INFINITY;
    };
    bvh.shapecast({
      boundsTraverseOrder: (box) => {
        boxes++;
        return distance(box);
      },
      // Without a score it is the root, whose box our kernel does not test.
      intersectsBounds: (box, _isLeaf, score) => {
        const near = score ?? distance(box);
        return near < Number.POSITIVE_INFINITY && near <= best;
      },
      intersectsTriangle: (triangle) => {
        steps.triangles++;
        const at = ray.intersectTriangle(triangle.a, triangle.b, triangle.c, false, point);
        if (at) best = Math.min(best, point.distanceTo(ray.origin));
        return false;
      },
    });
    // A node is a visit that tests its two children's boxes.
    steps.nodes += boxes / 2;
    return best;
  };
}
