import { expect, it, onTestFinished } from 'vitest';
import { startMortalServer } from './grid-server.js';

const answers = async (url: string) =>
  await fetch(`${url}/healthz`).then(
    (response) => response.ok,
    () => false,
  );

it('a server that is killed is gone at once, and comes back at the same address', async () => {
  const server = await startMortalServer({ port: 0, bench: false });
  onTestFinished(() => server.close());
  expect(await answers(server.url)).toBe(true);
  await server.kill();
  expect(await answers(server.url)).toBe(false);
  await server.start();
  expect(await answers(server.url)).toBe(true);
});
