import { press } from '@tabgrid/cli/press';
import { JobReport } from '@tabgrid/protocol/records';
import type { Page } from 'playwright';
import * as v from 'valibot';

/** Launches what the dashboard's form says. @returns the report, once the job is done */
export async function renderOnce(dashboard: Page): Promise<JobReport> {
  const before = await dashboard.evaluate(() => window.tabgrid.view().job?.id ?? null);
  await press(dashboard, 'launch');
  await dashboard.waitForFunction(
    (last) => {
      const { job } = window.tabgrid.view();
      return job !== null && job.id !== last && job.state === 'done';
    },
    before,
    { timeout: 600_000, polling: 100 },
  );
  return v.parse(JobReport, await dashboard.evaluate(() => window.tabgrid.report()));
}
