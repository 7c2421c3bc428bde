import type { Page } from 'playwright';

/**
 * Presses a button by its test id, from within the page: a pointer's click waits for the page's next frame, and a browser
 * whose GPU is busy with our own work – in software above all – may not draw one for long.
 */
export async function press(page: Page, testId: string): Promise<void> {
  await page.getByTestId(testId).evaluate((element) => {
    if (element instanceof HTMLElement) element.click();
  });
}
