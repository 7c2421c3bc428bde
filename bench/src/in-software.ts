import { spawnSync } from 'node:child_process';
import { softwareVulkanEnv } from '@tabgrid/cli/software-vulkan';
import { nodeGpu } from '@tabgrid/webgpu-kernels/node-gpu';

/** Says that this process was started again. */
const AGAIN = 'TABGRID_BENCH_SOFTWARE';

/**
 * Where Node finds no adapter, starts this command once more with the software driver of an installed browser, and ends
 * with it: the dynamic loader reads its environment only at the start.
 */
export async function orInSoftware(): Promise<void> {
  if (process.env[AGAIN] || (await nodeGpu())) return;
  const driver = softwareVulkanEnv(process.env['TABGRID_BROWSER'] ?? null);
  if (Object.keys(driver).length === 0) return;
  const { status } = spawnSync(process.execPath, [...process.execArgv, ...process.argv.slice(1)], {
    stdio: 'inherit',
    env: { ...process.env, ...driver, [AGAIN]: '1' },
  });
  process.exit(status ?? 1);
}
