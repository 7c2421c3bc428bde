import type { SchedulerConfig } from '@tabgrid/scheduler/core';
import { createPlainOracle } from '@tabgrid/scheduler/oracle';
import { DEFAULT_CONFIG } from '@tabgrid/scheduler/scheduler';
import { probeOf } from './probes.js';

/** Work units a second to assume before the first result: see `workUnits`, and what adapters were measured to reach. */
const SOFTWARE_UNITS_PER_SECOND = 500_000;
const HARDWARE_UNITS_PER_SECOND = 20_000_000;

/** @param software whether WebGPU runs in software */
export const priorUnitsPerSecond = (software: boolean): number =>
  software ? SOFTWARE_UNITS_PER_SECOND : HARDWARE_UNITS_PER_SECOND;

/** What a page's scheduler is made with, but for the learned oracles that the page has. */
export const SCHEDULER_CONFIG: SchedulerConfig = {
  ...DEFAULT_CONFIG,
  probe: probeOf,
  oracle: createPlainOracle(({ capabilities }) => priorUnitsPerSecond(capabilities.software)),
};
