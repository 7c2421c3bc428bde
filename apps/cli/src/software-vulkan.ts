import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

const ICD = 'vk_swiftshader_icd.json';

/** Folders in which Chromium-family browsers keep SwiftShader, Vulkan in software. */
const FOLDERS = ['/usr/lib/chromium', '/usr/lib64/chromium', '/opt/google/chrome', '/opt/microsoft/msedge'];

/**
 * What Dawn for Node (the npm package `webgpu`) needs in the environment of its process to run on the SwiftShader
 * that comes with a browser; nothing where another driver is named already, or off Linux, where it uses the system's.
 * @param executable path of a browser, whose folder is looked at first
 */
export function softwareVulkanEnv(executable: string | null): Record<string, string> {
  if (process.platform !== 'linux' || process.env['VK_ICD_FILENAMES']) return {};
  const folder = [...(executable ? [dirname(executable)] : []), ...FOLDERS].find((place) =>
    existsSync(join(place, ICD)),
  );
  if (!folder) return {};
  return {
    VK_ICD_FILENAMES: join(folder, ICD),
    LD_LIBRARY_PATH: [folder, process.env['LD_LIBRARY_PATH']].filter(Boolean).join(':'),
  };
}
