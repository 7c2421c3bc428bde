/** What an animation says of a node at one time; what it leaves out stays as the file has it. */
export interface NodePose {
  readonly translation?: ArrayLike<number>;
  /** Quaternion xyzw. */
  readonly rotation?: ArrayLike<number>;
  readonly scale?: ArrayLike<number>;
  /** Of morph targets. */
  readonly weights?: readonly number[];
}

/** By node index. Empty: the rest pose. */
export type Pose = ReadonlyMap<number, NodePose>;
