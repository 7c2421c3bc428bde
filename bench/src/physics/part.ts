import type { OwnedGpuSession } from '@tabgrid/webgpu-kernels/create-gpu-session';
import type { Table } from '../result.js';

/** What a part of the benchmark brings back. */
export interface Part {
  readonly figures: Record<string, number>;
  readonly samples?: Record<string, readonly number[]>;
  readonly tables: readonly Table[];
}

export interface PartOptions {
  readonly gpu: OwnedGpuSession;
  readonly quick: boolean;
  readonly say: (line: string) => void;
}

/** `1k` for 1000. */
export const sizeName = (bodies: number): string => (bodies % 1000 === 0 ? `${bodies / 1000}k` : String(bodies));
