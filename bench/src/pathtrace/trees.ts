import type { TreeFigures } from '@tabgrid/bench-page/pathtrace/trees';
import type { Table } from '../result.js';

/** Our tree against three-mesh-bvh's: figures and a table. */

export function treeFiguresOf(scene: string, found: TreeFigures): Record<string, number> {
  const { ours, peer, oursBuildMs, peerBuildMs } = found;
  return {
    [`bvh.${scene}.buildOverThreeMeshBvh`]: oursBuildMs / peerBuildMs,
    [`bvh.${scene}.stepsOverThreeMeshBvh`]: stepsOf(ours) / stepsOf(peer),
    [`bvh.${scene}.oursBuildMs`]: oursBuildMs,
    [`bvh.${scene}.threeMeshBvhBuildMs`]: peerBuildMs,
    [`bvh.${scene}.oursSteps`]: stepsOf(ours),
    [`bvh.${scene}.threeMeshBvhSteps`]: stepsOf(peer),
    [`bvh.${scene}.differingShare`]: found.differing / found.rays,
  };
}

const stepsOf = ({ nodes, triangles }: TreeFigures['ours']) => nodes + triangles;

export function treeTableOf(found: ReadonlyMap<string, TreeFigures>): Table {
  return {
    title: 'trees: build, and steps a ray (nodes whose two children are tested, triangles tested)',
    header: ['scene', 'tree', 'build ms', 'nodes', 'triangles', 'steps'],
    rows: [...found].flatMap(([scene, { ours, peer, oursBuildMs, peerBuildMs }]) =>
      [
        { tree: 'ours, packed', ms: oursBuildMs, steps: ours },
        { tree: 'three-mesh-bvh, SAH', ms: peerBuildMs, steps: peer },
      ].map(({ tree, ms, steps }) => [
        scene,
        tree,
        ms.toFixed(0),
        steps.nodes.toFixed(1),
        steps.triangles.toFixed(1),
        stepsOf(steps).toFixed(1),
      ]),
    ),
  };
}
